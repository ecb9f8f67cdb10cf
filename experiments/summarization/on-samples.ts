// The summarization experiment: training on the policy's own samples, after that on references.

import type { Rng } from "../../src/core/random";
import { klToReference } from "../../src/evaluation/kl-to-reference";
import { meanScores } from "../../src/evaluation/summaries";
import { kl } from "../../src/objectives/kl";
import { scaled } from "../../src/objectives/objective";
import { reinforce } from "../../src/objectives/reinforce";
import { lengthControlled } from "../../src/preferences/length-controlled";
import { sampled } from "../../src/preferences/rank-samples";
import type { Interruptible } from "../../src/training/recorder";
import { trainWithSamples } from "../../src/training/samples/with-samples";
import type { PolicyRow } from "../../src/training/train-policy";
import type { SummarizationTraining } from "./settings";
import type { SummarizationItem, SummarizationTask } from "./task";

/** Names of the rows that `trainOnSamples` measures; the KL to the policy at the start is in nats a summary. */
const measures = {
  kl: "kl to start",
  meteor: "sampled METEOR",
  rouge1: "sampled R-1",
  words: "sampled words",
} as const;
/** The first of them is the first row of training on samples. */
export const klToStart = measures.kl;

/** What `trainOnSamples` measured, from the rows of a run: a point for each step, with METEOR and R-1 of samples. */
export function sampledPoints(rows: readonly PolicyRow[]): Record<"step" | keyof typeof measures, number>[] {
  const steps = rows.filter(({ name }) => name === klToStart).map(({ step }) => step);
  return steps.map(step => {
    const value = (wanted: string) => rows.find(row => row.step === step && row.name === wanted)!.value;
    const { kl, meteor, rouge1, words } = measures;
    return { step, kl: value(kl), meteor: value(meteor), rouge1: value(rouge1), words: value(words) };
  });
}

/** Response tokens and their prompts in a pass that measures the KL. */
const passTokens = 2048;

export interface SamplePhase extends Pick<Interruptible, "signal"> {
  references: readonly SummarizationItem[];
  training: SummarizationTraining & Required<Pick<SummarizationTraining, "onSamples" | "credit">>;
  rng: Rng;
  /** Updates before this phase: steps of its rows go on from there. */
  from: number;
}

/**
 * Trains the policy on samples for the training documents, scored against their references, with a KL term to the
 * policy as it was. At the start, every `measureEvery` updates and at the end it samples a summary of each test item:
 * `sampledPoints` gets the results from the rows. Nothing is chosen by them. Returns the updates of both phases.
 */
export async function* trainOnSamples(
  task: SummarizationTask,
  { references, training, rng, from, signal }: SamplePhase,
): AsyncGenerator<PolicyRow[], number> {
  const { credit, onSamples, weightDecay } = training;
  const { klWeight, guidance, measureEvery, lengthControlled: controlled, ...how } = onSamples;
  const meteor = task.preference(references);
  const reference = task.frozen();
  const sampling = { maxNewTokens: task.setting.summaryTokens };
  const measure = async () => measuredSamples(task, reference, rng.split("measured"));
  try {
    const training = trainWithSamples({
      ...how,
      policy: { ...task.policy, referencePolicy: reference },
      variables: task.variables,
      prompts: references,
      score: controlled ? lengthControlled(meteor) : meteor,
      credit,
      ...(credit.needs?.includes("reward_BT") && { guidance }),
      objectives: [reinforce(), scaled(klWeight, kl())],
      sampling,
      weightDecay,
      validate: { every: measureEvery, atStart: true, measure },
      rng,
      signal,
    });
    for await (const rows of training) yield rows.map(row => ({ ...row, step: from + row.step }));
  } finally {
    reference.dispose();
  }
  return from + how.updates;
}

/** Scores of a sample for each test item, and its KL to the reference. */
async function measuredSamples(
  { policy, test, setting, scores }: SummarizationTask,
  reference: ReturnType<SummarizationTask["frozen"]>,
  rng: Rng,
): Promise<Record<string, number>> {
  const prompts = test.map(({ prompt }) => prompt);
  const written = await sampled(policy, prompts, 1, { maxNewTokens: setting.summaryTokens }, rng, {});
  const { meteor, rouge1, words } = meanScores(
    scores(
      test,
      written.map(({ text }) => text!),
    ),
  );
  const examples = written.map(({ response }, n) => ({ prompt: prompts[n], response: response as number[] }));
  const { kl } = await klToReference(policy, reference, examples, { batchTokens: passTokens });
  return {
    [measures.meteor]: meteor,
    [measures.rouge1]: rouge1,
    [measures.words]: words,
    [measures.kl]: kl.reduce((sum, own) => sum + own, 0) / kl.length,
  };
}
