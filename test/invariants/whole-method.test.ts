// The whole method on the toy LM of the repository: preferences, guidance, policy, evaluation.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type PromptRun, promptSearch } from "../../experiments/prompt/run";
import { promptSetting } from "../../experiments/prompt/settings";
import { loadPromptLm, type PromptTask, promptTask } from "../../experiments/prompt/task";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { policyScore } from "../../src/evaluation/prompts";
import { promptScore } from "../../src/preferences/score";
import type { PromptRow } from "../../src/training/prompts/train-prompt-policy";

const setting = promptSetting("toy");
let task: PromptTask;
/** The same with one round of learning. */
let brief: PromptTask;

before(async () => {
  await selectBackend();
  const lm = await loadPromptLm(setting);
  task = promptTask(lm, setting);
  brief = promptTask(lm, { ...setting, training: { ...setting.training, rounds: 1 } });
});
after(() => task.lm.dispose());

async function run(task: PromptTask, variant: "guided" | "bandit"): Promise<{ rows: PromptRow[]; result: PromptRun }> {
  const search = promptSearch(task, { variant, seed: 0 });
  const rows: PromptRow[] = [];
  for (;;) {
    const { done, value } = await search.next();
    if (done) return { rows, result: value };
    rows.push(...value);
  }
}

/** What the policy is worth before it learns anything. */
async function untrainedScore(): Promise<number> {
  const rng = seeded(0);
  const policy = task.newPolicy(await task.candidates(rng.split("candidates")), rng.split("policy"));
  const score = promptScore(task.classifier, task.searchExamples);
  const { mean } = await policyScore(policy, score, rng.split("final samples"));
  for (const part of [policy, score]) part.dispose();
  return mean;
}

test("token rewards learned from preferences make the policy worth far more than the LM that it was", async () => {
  const start = await untrainedScore();
  const tensors = tf.memory().numTensors;
  const { result } = await run(task, "guided");
  assert.equal(tf.memory().numTensors, tensors);
  assert.ok(result.policyScore > 1.5 * start && start > 0, `${start} to ${result.policyScore}`);
  assert.ok(result.agreement! > 0.1, `agreement ${result.agreement}`); // of six seeds, and two ways to round, from 0.16 to 0.36
  assert.ok(result.testAccuracy > 0.6, `accuracy ${result.testAccuracy}`);
});

test("the same seed gives the same rows and prompts; the bandit pays the same prompts otherwise", async () => {
  const [first, again, bandit] = [await run(brief, "guided"), await run(brief, "guided"), await run(brief, "bandit")];
  assert.deepEqual(again.rows, first.rows);
  assert.deepEqual({ ...again.result, seconds: 0 }, { ...first.result, seconds: 0 });
  const learned = ({ rows }: typeof first) => rows.filter(({ phase }) => phase === "guidance");
  assert.deepEqual(learned(bandit), learned(first));
  assert.notDeepEqual(bandit.rows, first.rows);
  assert.ok(bandit.result.testAccuracy > 0.5);
});
