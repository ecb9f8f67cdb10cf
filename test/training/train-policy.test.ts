import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { kl } from "../../src/objectives/kl";
import { mle } from "../../src/objectives/mle";
import { type Objective, scaled } from "../../src/objectives/objective";
import { resumeFrom } from "../../src/training/checkpoint";
import { linear } from "../../src/training/schedules";
import { type MicroBatch, type PolicyRow, type PolicyTraining, trainPolicy } from "../../src/training/train-policy";
import { close } from "../close";
import { temporaryFolder } from "../temporary";

before(() => selectBackend());

/** An "LM" of one variable: the logits of three tokens, whatever came before. The reference LM holds them equal. */
const start = [0, 0.5, -0.5];
const batchOf = (logits_V: tf.Variable, ids: number[]): MicroBatch => ({
  source: ids,
  batches: () => {
    const shape: [number, number, number] = [1, ids.length, 3];
    const references = {
      logits_BTV: tf.broadcastTo(tf.reshape(logits_V, [1, 1, 3]), shape) as tf.Tensor3D,
      ids_BT: tf.tensor2d([ids], [1, ids.length], "int32"),
      mask_BT: tf.ones([1, ids.length]) as tf.Tensor2D,
      reward_BT: tf.ones([1, ids.length]) as tf.Tensor2D,
      referenceLogits_BTV: tf.zeros(shape) as tf.Tensor3D,
    };
    return { references, samples: references };
  },
});

/** Trains it; its rows, its logits whenever rows came and at the end, and what training returned. */
async function run(change: (logits_V: tf.Variable) => Partial<PolicyTraining> = () => ({})) {
  const logits_V = tf.tidy(() => tf.variable(tf.tensor1d(start)));
  const numbers = () => [...logits_V.dataSync()];
  try {
    const training = trainPolicy({
      ...{ variables: [logits_V], objectives: [mle()], steps: 3, learningRate: 0.1, rng: seeded(0) },
      ...{ batches: () => [batchOf(logits_V, [0, 0, 1])], ...change(logits_V) },
    });
    const [rows, states]: [PolicyRow[], number[][]] = [[], []];
    for (;;) {
      const { done, value } = await training.next();
      if (done) return { rows, states, end: numbers(), trained: value };
      rows.push(...value);
      states.push(numbers());
    }
  } catch (error) {
    assert.deepEqual(numbers(), start, "the policy after an error");
    throw error;
  } finally {
    logits_V.dispose();
  }
}

const logSum = Math.log(start.reduce((sum, x) => sum + Math.exp(x), 0));
const nll = (ids: number[]) => ids.reduce((sum, id) => sum + logSum - start[id], 0) / ids.length;

test("rows of an update: loss, its terms, the gradient's norm and the rate, at the step after it", async () => {
  const objectives = [mle(), scaled(step => 0.5 * (step + 1), kl())];
  const { rows } = await run(() => ({ objectives, learningRate: linear(0.1, 0, 10), steps: 2 }));
  assert.deepEqual(
    rows.map(({ step, phase, name }) => [step, phase, name].join(" ")),
    [1, 2].flatMap(step =>
      ["loss", "gradient norm", "learning rate", "mle", "kl"].map(name => `${step} policy ${name}`),
    ),
  );
  const value = (step: number, name: string) => rows.find(row => row.step === step && row.name === name)!.value;
  close(tf.scalar(value(1, "mle")), nll([0, 0, 1]));
  for (const step of [1, 2]) close(tf.scalar(value(step, "loss")), value(step, "mle") + 0.5 * step * value(step, "kl"));
  close(tf.tensor1d([value(1, "learning rate"), value(2, "learning rate")]), [0.1, 0.09]);
  const one = await run(() => ({ objectives: [mle()], steps: 1 }));
  const p = start.map(x => Math.exp(x - logSum));
  const norm = Math.hypot(p[0] - 2 / 3, p[1] - 1 / 3, p[2]);
  close(tf.scalar(one.rows[1].value), norm);
});

test("terms of micro-batches are logged as their weighted mean", async () => {
  const { rows } = await run(logits_V => ({
    batches: () => [
      { ...batchOf(logits_V, [0]), weight: 1 },
      { ...batchOf(logits_V, [2, 2, 2]), weight: 3 },
      { batches: () => assert.fail("a batch of weight 0 is left out"), weight: 0 },
    ],
    steps: 1,
  }));
  close(tf.tensor1d([rows[0].value, rows[3].value]), [nll([0, 2, 2, 2]), nll([0, 2, 2, 2])]);
});

test("the best measured policy is in place at the end", async () => {
  const scores: Record<number, number> = { 2: 1, 4: 3, 5: 2 };
  const validate = {
    every: 2,
    keepBest: "score",
    measure: async (step: number) => ({ score: scores[step], other: 0 }),
  };
  const { rows, states, end, trained } = await run(() => ({ steps: 5, validate }));
  const measured = rows.filter(({ phase }) => phase === "validation");
  assert.deepEqual(
    measured.map(({ step, name, value }) => [step, name, value]),
    Object.entries(scores).flatMap(([step, score]) => [
      [Number(step), "score", score],
      [Number(step), "other", 0],
    ]),
  );
  assert.deepEqual(trained, { bestStep: 4, bestValue: 3 });
  assert.deepEqual(end, states[4]); // update, update, validation, update, update
  const { keepBest, ...unkept } = validate;
  const last = await run(() => ({ steps: 5, validate: unkept }));
  assert.deepEqual([last.trained, last.end], [{ bestStep: 5 }, last.states[6]]);
});

test("the best policy by the lowest of a measure", async () => {
  const losses: Record<number, number> = { 0: 0, 2: 3, 4: Number.NaN, 5: 2, 6: 2 };
  const validate = {
    ...{ every: 1, atStart: true, keepBest: "loss", keepBestBy: "lowest" as const },
    measure: async (step: number) => ({ loss: losses[step] ?? 4 }),
  };
  const { trained } = await run(() => ({ steps: 6, validate }));
  assert.deepEqual(trained, { bestStep: 5, bestValue: 2 });
  await assert.rejects(
    run(() => ({ validate: { ...validate, keepBestBy: "low" as any } })),
    /validate\.keepBestBy is "low"\. Did you mean "lowest"/,
  );
});

const named = (name: string, loss: Objective["loss"]): Objective => ({ ...mle(), name, loss });

test("a loss that is no number, or beyond the limit, stops training with its batch; the policy stays", async t => {
  const folder = temporaryFolder(t);
  const times = (by: number) => named("odd", batch => tf.mul(mle().loss(batch), by) as tf.Scalar);
  const checkpoint = { folder };
  await assert.rejects(
    run(() => ({ objectives: [mle(), times(Number.NaN)], checkpoint })),
    /trainPolicy: the loss is NaN at step 0 \(\{"mle":1\.\d+,"odd":"NaN"\}\)\. Lower the .* Its batch is in .*diverged\.json\./,
  );
  const { batch, step, loss, terms } = JSON.parse(readFileSync(path.join(folder, "diverged.json"), "utf8"));
  assert.deepEqual([batch, step, loss, terms.odd], [[[0, 0, 1]], 0, "NaN", "NaN"]);
  assert.equal(existsSync(path.join(folder, "checkpoints")), false);
  await assert.rejects(
    run(() => ({ objectives: [times(1e5)] })),
    /trainPolicy: the loss is 1\d{5}.* at step 0 .* Give checkpoint: \{ folder \} to have its batch written down\./,
  );
  await run(() => ({ objectives: [times(1e5)], lossLimit: 1e6, steps: 1 }));
});

test("a diverging update leaves the checkpoint before it in place", async t => {
  const checkpoint = { folder: temporaryFolder(t), every: 1 };
  let updates = 0;
  const diverging = named("diverging", batch => tf.mul(mle().loss(batch), updates++ === 2 ? Number.NaN : 1));
  const objectives = [mle(), diverging];
  const logits_V = tf.tidy(() => tf.variable(tf.tensor1d(start)));
  const options = { variables: [logits_V], objectives, steps: 4, learningRate: 0.1, rng: seeded(0), checkpoint };
  await assert.rejects(async () => {
    for await (const _ of trainPolicy({ ...options, batches: () => [batchOf(logits_V, [0, 0, 1])] }));
  }, /the loss is NaN at step 2/);
  assert.equal((await resumeFrom(checkpoint.folder)).step, 2);
  logits_V.dispose();
});

test("wrong options are named, and no tensor stays", async t => {
  const before = tf.memory().numTensors;
  const folder = temporaryFolder(t);
  await run(() => ({ checkpoint: { folder } }));
  const saved = await resumeFrom(folder);
  const validate = { every: 1, keepBest: "score", measure: async () => ({ rouge: 1 }) };
  const table: [Partial<PolicyTraining>, RegExp][] = [
    [{ objectives: [] }, /trainPolicy: there is no objective/],
    [{ objectives: [mle(), mle()] }, /two terms are named "mle"/],
    [{ objectives: [named("loss", mle().loss)] }, /two terms are named "loss"/],
    [{ batches: () => [] }, /trainPolicy: there is no batch for update 0\. Return at least one\./],
    [{ steps: 0 }, /trainPolicy: steps is 0\. Give a whole number, 1 or more\./],
    [{ checkpoint: { folder } }, /trainPolicy: .* holds checkpoints already\. Pass resume: await resume\(folder\), or/],
    [{ checkpoint: { folder, every: 0 } }, /trainPolicy: checkpoint\.every is 0/],
    [{ resume: saved, steps: 4 }, /trainPolicy: steps is 4, but 3 in the checkpoint\. Resume with the options/],
    [{ resume: saved, rng: seeded(1) }, /trainPolicy: rng\.0 is "1", but "0" in the checkpoint/],
    [{ resume: { ...saved, kind: "trainPromptPolicy" } }, /the checkpoint is one of trainPromptPolicy/],
    [{ signal: AbortSignal.abort(new Error("enough")) }, /^Error: enough$/],
  ];
  for (const [change, message] of table)
    await assert.rejects(
      run(() => change),
      message,
    );
  const logits_V = tf.tidy(() => tf.variable(tf.tensor1d(start)));
  const options = { variables: [logits_V], objectives: [mle()], steps: 1, learningRate: 0.1, rng: seeded(0) };
  await assert.rejects(async () => {
    for await (const _ of trainPolicy({ ...options, validate, batches: () => [batchOf(logits_V, [0])] }));
  }, /trainPolicy: there is no measure "score"\. Keep the best by one of rouge\./);
  logits_V.dispose();
  assert.equal(tf.memory().numTensors, before);
});
