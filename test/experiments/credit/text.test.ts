import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { creditMethods } from "../../../experiments/credit/methods";
import { equalKlRows, equalKlTable } from "../../../experiments/credit/tables";
import { type CreditRun, type CreditRunOptions, creditRun } from "../../../experiments/credit/text-run";
import { creditSetting } from "../../../experiments/credit/text-settings";
import { type CreditTask, creditTask } from "../../../experiments/credit/text-task";
import { selectBackend } from "../../../src/backend/select";
import type { PolicyRow } from "../../../src/training/train-policy";

before(async () => {
  await selectBackend();
  task = await creditTask({ ...creditSetting("negative words", "toy"), updates: 3, heldOut: 4 });
});

let task: CreditTask;

async function run(
  options: Pick<CreditRunOptions, "method" | "weight">,
): Promise<{ run: CreditRun; rows: PolicyRow[] }> {
  const training = creditRun(task, { ...options, seed: 0 });
  const rows: PolicyRow[] = [];
  for (;;) {
    const { done, value } = await training.next();
    if (done) return { run: value, rows };
    rows.push(...value);
  }
}

test("each source of rewards trains; the untrained LM is at KL 0; methods begin with the same samples; nothing stays behind", async () => {
  const tensors = tf.memory().numTensors;
  const { run: untrained } = await run({ method: "untrained", weight: 0 });
  assert.ok(untrained.kl < 1e-5 && untrained.scored === 0 && untrained.texts.length > 0);
  const first: number[] = [];
  for (const method of ["group", "both", "oracle"] as const) {
    const { run: own, rows } = await run({ method, weight: 0.1 });
    assert.ok(own.kl > 0 && own.scored === 48 && Number.isFinite(own.score), method);
    first.push(rows.find(({ name }) => name === "score")!.value);
    assert.equal(
      rows.some(({ phase }) => phase === "guidance"),
      creditMethods[method].rewards === "learned",
      method,
    );
  }
  assert.deepEqual(new Set(first).size, 1);
  assert.equal(tf.memory().numTensors, tensors);
});

test("ratings: every token's reward is learned before training, and the score is their mean", async () => {
  const own = await creditTask({ ...creditSetting("ratings", "toy"), updates: 1, heldOut: 2 });
  const lm = await own.loadLm();
  const sample = { prompt: "the film", response: lm.tokenizer.encode(" is fine"), index: 0 };
  const [score] = await own.score.apply([sample]);
  const [rewards] = await own.oracle(lm).rewards([{ ...sample, prompt: lm.tokenizer.encode("the film") }]);
  assert.ok(Math.abs(score - rewards.reduce((a, b) => a + b) / rewards.length) < 1e-5);
  lm.dispose();
  own.dispose();
});

test("held-out prompts are not trained on; settings are checked", async () => {
  assert.deepEqual(
    task.heldOut.filter(prompt => task.prompts.includes(prompt)),
    [],
  );
  assert.throws(() => creditSetting("sentiment", "quik"), /there is no setting "quik". Use toy, quick, standard/);
  const misspelt = { ...creditSetting("sentiment", "toy"), update: 3 };
  await assert.rejects(creditTask(misspelt), /no option "update"/);
});

test("differences at equal KL begin at the untrained LM", () => {
  const runs = [
    { method: "untrained", seed: 0, kl: 0, score: 0 },
    { method: "group", seed: 0, kl: 1, score: 1 },
    { method: "token", seed: 0, kl: 0.5, score: 1 },
    { method: "token", seed: 1, kl: 0.5, score: 9 },
  ];
  const [found, ...others] = equalKlRows(runs, "group");
  assert.deepEqual([found.method, found.seeds, others.length], ["token", 1, 0]);
  assert.ok(Math.abs(found.mean - 0.25) < 1e-9, `${found.mean}`); // 2 k − k over k from 0 to 0.5
  assert.match(equalKlTable([found]), /\| token − group \| score \| 1 \| \+0\.250 \|/);
});
