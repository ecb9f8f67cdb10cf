import assert from "node:assert/strict";
import { test } from "node:test";
import { summarizationSetting, summarizationSettings } from "../../../experiments/summarization/settings";
import { type SummarizationVariant, summarizationVariants } from "../../../experiments/summarization/variants";
import { seeded } from "../../../src/core/random";
import { reinforce } from "../../../src/objectives/reinforce";
import { weightedMle } from "../../../src/objectives/weighted-mle";

test("the paper's setting has the paper's numbers", () => {
  const { documentTokens, summaryTokens, training } = summarizationSettings.paper;
  const { batchSize, microBatchSize, epochs, learningRate, guidance } = training;
  const { listSize, learningRate: guidanceRate } = guidance!.learn;
  assert.deepEqual(
    { documentTokens, summaryTokens, batchSize, microBatchSize, epochs, learningRate, listSize, guidanceRate },
    {
      ...{ documentTokens: 1024, summaryTokens: 128, batchSize: 32, microBatchSize: 8, epochs: 5, learningRate: 5e-5 },
      ...{ listSize: 3, guidanceRate: 5e-5 },
    },
  );
  assert.deepEqual([guidance!.every, guidance!.until], [0.5, 2]);
});

test("settings by name; an unknown name lists them", () => {
  assert.equal(summarizationSetting("standard"), summarizationSettings.standard);
  assert.throws(
    () => summarizationSetting("best"),
    /there is no setting "best"\. Use toy, quick, comparison, standard, paper\./,
  );
});

test("a variant changes what it says and nothing else", () => {
  const training = { ...summarizationSettings.quick.training, objectives: [weightedMle(), reinforce()] };
  const changed = Object.entries(summarizationVariants).map(([name, variant]: [string, SummarizationVariant]) => {
    if (typeof variant === "string") return [name, variant];
    const [made, before]: Record<string, unknown>[] = [{ ...variant(training, new Set()) }, { ...training }];
    return [name, Object.keys({ ...made, ...before }).filter(key => made[key] !== before[key])];
  });
  assert.deepEqual(Object.fromEntries(changed), {
    guided: [],
    "paper-form": ["guidance"],
    mle: ["objectives", "guidance"],
    bandit: ["guidance", "objectives"],
    shuffled: ["guidance"],
    "final tokens only": ["guidance"],
    "without final tokens": ["guidance"],
    "sequence credit": ["objectives", "credit", "guidance"],
    "token credit": ["objectives", "credit", "guidance"],
    "token and sequence credit": ["objectives", "credit", "guidance"],
    "zero-shot": "untrained",
  });
  assert.deepEqual(
    summarizationVariants.mle(training).objectives.map(({ name }) => name),
    ["weightedMle"],
  );
});

test("the bandit gives all tokens of a reference the same weight, by the mean of its rewards", () => {
  const bandit: Exclude<SummarizationVariant, string> = summarizationVariants.bandit;
  const { guidance, objectives } = bandit(summarizationSettings.quick.training, new Set());
  const weights = guidance!.transform!([1, 2, 3, 4], [0.3, 0.9, 0.5, 0.7], seeded(0));
  assert.deepEqual(
    weights.map(weight => Number(weight.toFixed(6))),
    Array(4).fill(0.6 / 4),
  );
  assert.equal((objectives[0] as ReturnType<typeof weightedMle>).normalized, false);
});
