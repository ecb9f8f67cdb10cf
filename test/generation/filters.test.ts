import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { keepNucleus, keepTopK, penalizeRepetition, suppressTokens } from "../../src/generation/filters";
import { close, leavesNothing } from "../close";

const none = -Infinity;

/** The best engine that is here, and both that always are. */
const onEngines = (name: string, check: () => void) => {
  for (const engine of [undefined, "wasm", "cpu"] as const)
    test(`${name} (${engine ?? "default"})`, async () => {
      await selectBackend(engine);
      check();
    });
};

onEngines("repetition penalty: positive logits are divided, negative ones multiplied, others stay", () => {
  const logits_BV = tf.tensor2d([
    [2, -1, 0, 4],
    [none, 3, -2, 1],
  ]);
  close(penalizeRepetition(logits_BV, [new Set([0, 1]), [0, 2]], 2), [
    [1, -2, 0, 4],
    [none, 3, -4, 1],
  ]);
  close(penalizeRepetition(logits_BV, [[], [3]], 0.5), [
    [2, -1, 0, 4],
    [none, 3, -2, 2],
  ]);
  close(penalizeRepetition(logits_BV, [[], []], 2), logits_BV.arraySync());
  close(logits_BV, [2, -1, 0, 4, none, 3, -2, 1]);
});

onEngines("suppressed tokens have no chance; those that do not exist are named", () => {
  const logits_BV = tf.tensor2d([
    [2, -1, none],
    [0, 3, 1],
  ]);
  close(suppressTokens(logits_BV, new Set([1, 2])), [2, none, none, 0, none, none]);
  assert.throws(() => suppressTokens(logits_BV, [3]), /token 3 does not exist\. Give ids below 3/);
});

onEngines("top-k keeps what equals the k-th, and everything where k is no less than the vocabulary", () => {
  const logits_BV = tf.tensor2d([
    [1, 3, 2, 3],
    [-1, none, 0, -5],
  ]);
  close(keepTopK(logits_BV, 1), [none, 3, none, 3, none, none, 0, none]);
  close(keepTopK(logits_BV, 3), [none, 3, 2, 3, -1, none, 0, -5]);
  for (const k of [4, 9]) close(keepTopK(logits_BV, k), logits_BV.arraySync());
});

test("nucleus: the fewest likeliest tokens that reach p, the one that crosses it too, lower ids first among equals", () => {
  for (const [p, expected] of [
    [0.01, [0, 0.5, 0, 0, 0]],
    [0.5, [0, 0.5, 0, 0, 0]],
    [0.51, [0.125, 0.5, 0, 0, 0]],
    [0.76, [0.125, 0.5, 0.125, 0.125, 0]],
    [0.99, [0.125, 0.5, 0.125, 0.125, 0.125]],
  ] as const) {
    const probabilities = Float32Array.of(0.125, 0.5, 0.125, 0.125, 0.125);
    keepNucleus(probabilities, p);
    assert.deepEqual([...probabilities], expected, `${p}`);
  }
});

test("the nucleus of a large vocabulary, flat or peaked, is that of sorting it all", () => {
  const rng = seeded(0);
  for (const spread of [0, 0.01, 1, 4, 20])
    for (const p of [0.1, 0.9, 0.999]) {
      const weights = Array.from({ length: 5000 }, () => Math.exp(spread * rng.normal()));
      const total = weights.reduce((a, b) => a + b);
      const probabilities = Float32Array.from(weights, x => x / total);
      const before = [...probabilities];
      const order = [...before.keys()].sort((a, b) => before[b] - before[a] || a - b);
      let mass = 0;
      const kept = new Set(order.filter(id => mass < p && (mass += before[id])));
      keepNucleus(probabilities, p);
      assert.deepEqual(
        [...probabilities],
        before.map((x, id) => (kept.has(id) ? x : 0)),
      );
    }
});

onEngines("no tensor stays", () => {
  const logits_BV = tf.tensor2d([[1, 3, 2, 3]]);
  leavesNothing(() => penalizeRepetition(logits_BV, [[1]], 2));
  leavesNothing(() => suppressTokens(logits_BV, [1]));
  for (const k of [2, 4]) leavesNothing(() => keepTopK(logits_BV, k));
});
