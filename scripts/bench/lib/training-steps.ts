// Our side of the training benchmark; training_peer.py does the same.

import * as aq from "arquero";
import * as tw from "../../../src";
import { fromPairs } from "../../../src/preferences/from-pairs";

/** What both sides share. */
export const settings = {
  /** Prompts of a step, and tokens of each; tokens of a response of DPO. */
  prompts: 8,
  promptTokens: 32,
  responseTokens: 64,
  /** Samples of a prompt, and tokens of each, of GRPO. */
  samples: 4,
  sampleTokens: 32,
  learningRate: 1e-3,
  clipNorm: 1,
  /** β of the implicit rewards of DPO, and the weight of the KL of GRPO. */
  dpoBeta: 0.1,
  klWeight: 0.04,
};

/** One step. */
export interface Turn {
  seconds: number;
  loss: number;
  gradientNorm: number;
  /** Seconds of parts of it. */
  parts: Record<string, number>;
}

/** Prompts and two responses to each, written by the LM, in token ids. */
export interface Texts {
  prompts: number[][];
  pairs: [prompt: number[], chosen: number[], rejected: number[]][];
}

export async function textsOf(lm: tw.CausalLm): Promise<Texts> {
  const { prompts: count, promptTokens, responseTokens } = settings;
  const rng = tw.seeded(0);
  const written = async (inputs: number[][], samples: number, tokens: number, stream: string) =>
    (
      await tw.generate(lm, inputs, {
        samples,
        maxNewTokens: tokens,
        minNewTokens: tokens,
        sampling: { rng: rng.split(stream) },
      })
    ).map(({ ids }) => [...ids]);
  const start = [lm.tokenizer.encode("The")];
  const prompts = await written(start, count, promptTokens, "prompts");
  const responses = await written(prompts, 2, responseTokens, "responses");
  return { prompts, pairs: prompts.map((prompt, n) => [prompt, responses[2 * n], responses[2 * n + 1]]) };
}

type Policy = tw.policies.TrainablePolicy;

/** Steps of DPO on the same pairs; the reference reads them before the first step, or in each. */
export function dpoSteps(policy: Policy, { pairs }: Texts, steps: number, kept: boolean): AsyncGenerator<Turn> {
  const column = (n: number) => pairs.map(pair => pair[n]);
  const lists = fromPairs(aq.table({ prompt: column(0), chosen: column(1), rejected: column(2) }));
  const { dpoBeta, learningRate, clipNorm } = settings;
  return timed(
    tw.trainWithLists({
      policy,
      lists,
      objectives: [tw.dpo({ beta: dpoBeta })],
      epochs: steps,
      batchSize: pairs.length,
      maxBytes: kept ? undefined : 0,
      learningRate,
      clipNorm,
      rng: tw.seeded(1),
    }),
    {},
  );
}

/** Completions of each prompt, as TRL takes them. */
export type Completions = [prompt: number[], completions: number[][]][];

/** Steps of GRPO; `onSamples` gets the completions that a step learns from. */
export function grpoSteps(
  policy: Policy,
  { prompts }: Texts,
  steps: number,
  onSamples: (completions: Completions) => void,
): AsyncGenerator<Turn> {
  const { samples, sampleTokens, klWeight, learningRate, clipNorm } = settings;
  const marks: Record<string, number> = {};
  const score: tw.Score<tw.preferences.Sample> = {
    name: "share of distinct tokens",
    async apply(written) {
      marks.generation = performance.now();
      const of = (prompt: number[]) => written.filter(sample => sample.prompt === prompt);
      onSamples(prompts.map(prompt => [prompt, of(prompt).map(({ response }) => [...(response as number[])])]));
      return Float32Array.from(written, ({ response }) => new Set(response as number[]).size / response.length);
    },
  };
  const marked: Policy = {
    ...policy,
    teacherForce(encoded, rows) {
      marks.reference = performance.now(); // what comes before the policy's own pass
      return policy.teacherForce(encoded, rows);
    },
  };
  return timed(
    tw.trainWithSamples({
      policy: marked,
      prompts,
      score,
      credit: tw.credit.groupAdvantage({ scale: "none" }),
      objectives: [tw.clippedRatio({ average: "sequences" }), tw.scaled(klWeight, tw.kl({ estimator: "k3" }))],
      samples,
      batchSize: prompts.length,
      updates: steps,
      sampling: { maxNewTokens: sampleTokens },
      learningRate,
      clipNorm,
      rng: tw.seeded(2),
    }),
    marks,
  );
}

/** The time that each update takes; `marks` are the moments, in order, at which parts of it end. */
async function* timed(training: AsyncGenerator<tw.PolicyRow[], unknown>, marks: Record<string, number>) {
  for (;;) {
    const start = performance.now();
    const { value: rows, done } = await training.next();
    if (done) return;
    const end = performance.now();
    const of = (name: string) => (rows as tw.PolicyRow[]).find(row => row.name === name)!.value;
    let before = start;
    const parts: Record<string, number> = {};
    for (const [name, at] of Object.entries(marks)) {
      parts[name] = (at - before) / 1000;
      before = at;
    }
    yield { seconds: (end - start) / 1000, loss: of("loss"), gradientNorm: of("gradient norm"), parts };
  }
}
