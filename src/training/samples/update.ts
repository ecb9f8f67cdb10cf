// One update on samples: they are drawn, scored and given credit, then cut into the batches of optimizer steps.

import { fail } from "../../core/errors";
import { mean } from "../../core/mean";
import type { Rng } from "../../core/random";
import type { Credit } from "../../credit/credit";
import type { SampleOptions } from "../../generation/options";
import type { CausalLm } from "../../models/causal/forward";
import type { Reference } from "../../policies/reference-policy";
import { responseAttention } from "../../policies/response-attention";
import type { EncodedExamples, ResponsePolicy } from "../../policies/response-policy";
import { logProbabilities } from "../../policies/token-rows";
import type { ValueHead } from "../../policies/value-head";
import type { Sequence } from "../../preferences/lists-table";
import { type Sample, sampled } from "../../preferences/rank-samples";
import { type Score, scoresOf } from "../../preferences/score";
import type { Completion } from "../completion";
import { credited, explainedVariance } from "./credits";
import type { SampleGuidance } from "./guidance";
import type { ScoringPlan } from "./scoring";

/** What does not change from update to update. */
export interface Sampling {
  policy: ResponsePolicy;
  /** The frozen LM as a policy, where something needs it. */
  reference?: Reference;
  prompts: readonly { given: Sequence; ids: readonly number[] }[];
  score?: Score<Sample>;
  plan: ScoringPlan;
  missingEndPenalty: number;
  guidance?: SampleGuidance;
  valueHead?: ValueHead;
  /** The LM whose attention a credit reads. */
  attending?: CausalLm;
  /** The credit with and without rewards of the guidance. */
  credit: Credit;
  creditBefore: Credit;
  /** Samples of a prompt, and prompts of an update. */
  samples: number;
  batchSize: number;
  sampling: SampleOptions;
  /** Responses of a pass. */
  passSize: number;
  /** Whether the guidance or a value head reads features of the samples. */
  readsFeatures: boolean;
  /** Whether these log-probabilities are needed before the first optimizer step. */
  needsBehavior: boolean;
  needsReference: boolean;
  onSamples?(completions: Completion[]): void;
  onProgress?(what: "sampling" | "encoding", done: number, total: number): void;
  signal?: AbortSignal;
}

/** The samples of an update, with what is known of their tokens, a row each. */
export interface CreditedSamples {
  encoded: EncodedExamples;
  credit: readonly Float32Array[];
  /** With a value head: what it said before the update, and what it should have said. */
  values?: readonly Float32Array[];
  returns?: readonly Float32Array[];
  behavior?: readonly Float32Array[];
  /** What the only optimizer step found `behavior` to be, where it was not computed before. */
  ownBehavior: Float32Array[];
  reference?: readonly Float32Array[];
  /** What is logged of them, after the update. */
  measures(): Record<string, number>;
}

/** Draws and credits the samples of update `step`; `order` gives the prompts. */
export async function creditedSamples(
  where: string,
  options: Sampling,
  indices: readonly number[],
  { step, rng, countCompletions }: { step: number; rng: Rng; countCompletions: (completions: number) => void },
): Promise<CreditedSamples> {
  const { policy, prompts, samples: K, passSize, guidance, valueHead, signal, onProgress, onSamples } = options;
  const own = indices.map(index => prompts[index]);
  const ids = own.map(({ ids }) => ids);
  const written = await sampled(policy, ids, K, options.sampling, rng.split("samples"), { onProgress, signal });
  const examples = written.map(({ input, response }) => ({
    prompt: ids[input],
    response: response as readonly number[],
  }));
  const finished = written.map(sample => sample.finished === true);
  const { score, plan } = options;
  const isScored = written.map((_, n) => score !== undefined && step < plan.until && n % K < plan.perPrompt);
  const samples = written.map(({ input, response, text }, n) => ({
    prompt: own[input].given,
    response,
    text,
    index: indices[input],
    finished: finished[n],
  }));
  const raw = score && (await scored(where, score, samples, isScored));
  const scores = raw?.map((score, n) => score - (finished[n] ? 0 : options.missingEndPenalty));
  const encoding = (done: number, total: number) => {
    signal?.throwIfAborted();
    onProgress?.("encoding", done, total);
  };
  const onlyForced = policy.statesForFeaturesOnly && !options.readsFeatures;
  const encoded = onlyForced ? { examples, states: [] } : await policy.encode(examples, encoding);
  const rewards = await guidance?.rewards(encoded);
  const behavior = options.needsBehavior ? await logProbabilities(policy, encoded, passSize) : undefined;
  const reference = options.needsReference ? await logProbabilities(options.reference!, encoded, passSize) : undefined;
  const lengths = examples.map(({ response }) => response.length);
  valueHead?.standardize(encoded);
  const values = valueHead?.numbers(encoded, passSize);
  const rule = guidance && !rewards ? options.creditBefore : options.credit;
  const attention = options.attending ? await responseAttention(options.attending, examples, passSize) : undefined;
  const responses = examples.map(({ response }) => response);
  const known = { responses, rewards, scores, finished, behavior, reference, values, attention };
  const { credit, returns } = credited(where, rule, K, known);
  if (scores) guidance?.add(examples.flatMap((example, n) => (isScored[n] ? [{ ...example, score: scores[n] }] : [])));
  if (onSamples) {
    const { tokenizer } = policy.generator;
    const completions = examples.map(({ prompt, response }, n) => ({
      step,
      prompt: tokenizer.decode(prompt),
      text: written[n].text!,
      tokens: response.map(id => tokenizer.token(id)),
      rewards: rewards ? [...rewards[n]] : [],
      credits: [...credit[n]],
      score: scores?.[n] ?? Number.NaN,
    }));
    onSamples(completions);
    countCompletions(completions.length);
  }
  const explained = values && returns && explainedVariance(values, returns);
  const ownBehavior: Float32Array[] = [];
  const measures = () => ({
    ...(raw && isScored.includes(true) && { score: mean(raw.filter((_, n) => isScored[n])) }),
    length: mean(lengths),
    finished: mean(finished.map(Number)),
    ...(rewards && { reward: meanOf(rewards) }),
    ...(explained !== undefined && { "explained variance": explained }),
    ...(reference && sampledKl(behavior ?? ownBehavior, reference)),
  });
  return { encoded, credit, values, returns, behavior, ownBehavior, reference, measures };
}

/**
 * The scores, NaN where a sample is not scored. Errors: those of `scoresOf`; a score that is not finite.
 */
async function scored(
  where: string,
  score: Score<Sample>,
  samples: readonly Sample[],
  isScored: readonly boolean[],
): Promise<number[]> {
  const chosen = samples.flatMap((_, n) => (isScored[n] ? [n] : []));
  const scores = new Array<number>(samples.length).fill(Number.NaN);
  if (chosen.length === 0) return scores;
  const found = await scoresOf(
    where,
    score,
    chosen.map(n => samples[n]),
  );
  const bad = found.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) fail(where, `${score.name} gives sample ${bad} the score ${found[bad]}`, "Correct the score.");
  for (const [i, n] of chosen.entries()) scores[n] = found[i];
  return scores;
}

/** Nothing where no objective and no credit asks for the policy's log-probabilities. */
const sampledKl = (policy: readonly Float32Array[], reference: readonly Float32Array[]): { "sampled kl"?: number } =>
  policy.length > 0 ? { "sampled kl": meanOf(policy) - meanOf(reference) } : {};

/** The mean over all tokens. */
const meanOf = (rows: readonly Float32Array[]): number => mean(rows.flatMap(row => [...row]));
