// A short training of a tiny LM on its own samples.

import { mean } from "../../../src/core/mean";
import { seeded } from "../../../src/core/random";
import { meanTokens } from "../../../src/guidance/aggregate";
import { reinforce } from "../../../src/objectives/reinforce";
import { type TrainablePolicyOptions, trainablePolicy } from "../../../src/policies/trainable-policy";
import type { Sample } from "../../../src/preferences/rank-samples";
import type { Score } from "../../../src/preferences/score";
import type { SampleGuidanceTraining } from "../../../src/training/samples/guidance";
import { type SampleTraining, trainWithSamples } from "../../../src/training/samples/with-samples";
import type { PolicyRow } from "../../../src/training/train-policy";
import { tinyLlama } from "../../tiny-llama";

export const prompts = [
  [0, 7, 31],
  [0, 21, 22, 9],
  [0, 4],
  [0, 12, 13, 14, 15],
  [0, 3, 3],
  [0, 19, 30, 2],
];

/** The share of "q" among the letters that a response may have. */
export const lettersQ: Score<Sample> = {
  name: "letters q",
  apply: async samples => Float32Array.from(samples, ({ text }) => (text!.split("q").length - 1) / 5),
};
export const plain = {
  prompts,
  score: lettersQ,
  objectives: [reinforce()],
  samples: 4,
  batchSize: 4,
  updates: 3,
  sampling: { maxNewTokens: 5 },
  learningRate: 0.02,
};
export const guidance: SampleGuidanceTraining = {
  learn: { aggregate: meanTokens(), listsPerStep: 16, steps: 40, hidden: 16 },
  every: 2,
};

/** The rows of a training of a fresh tiny LM. */
export async function run(
  change: Partial<SampleTraining> = {},
  { stopAfter = Infinity, train = { train: "upper-layers", fromLayer: 1 } as TrainablePolicyOptions } = {},
): Promise<PolicyRow[]> {
  const lm = tinyLlama();
  const policy = trainablePolicy(lm, train);
  const rows: PolicyRow[] = [];
  try {
    for await (const batch of trainWithSamples({ ...plain, policy, rng: seeded(3), ...change })) {
      rows.push(...batch);
      if (rows.at(-1)!.step >= stopAfter) break;
    }
    return rows;
  } finally {
    policy.dispose();
    lm.dispose();
  }
}
export const of = (rows: PolicyRow[], name: string) => rows.filter(row => row.name === name).map(({ value }) => value);
export const gain = (rows: PolicyRow[]) => mean(of(rows, "score").slice(-5)) - mean(of(rows, "score").slice(0, 3));
