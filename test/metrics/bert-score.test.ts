import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { bertScore } from "../../src/metrics/bert-score";
import { type MaskedLm, maskedForward } from "../../src/models/masked/forward";
import { tinyEncoder } from "../tiny-encoder";

let model: MaskedLm;
before(async () => {
  await selectBackend();
  model = await tinyEncoder();
});
after(() => model.dispose());

const near = (actual: number, expected: number, within = 1e-5) =>
  assert.ok(Math.abs(actual - expected) < within, `${actual}, expected ${expected}`);

/**
 * Cosine of every token's nearest one on the other side, special tokens among the candidates but not among the
 * results.
 */
function nearest(from: number[], to: number[], layers: number): number[] {
  const states = (ids: number[]) =>
    tf.tidy(() => maskedForward(model, { ids: [ids], mask: [ids.map(() => 1)] }, { layers }).arraySync())[0];
  const [a, b] = [states(from), states(to)];
  const cosine = (x: number[], y: number[]) =>
    x.reduce((sum, xi, i) => sum + xi * y[i], 0) / (Math.hypot(...x) * Math.hypot(...y));
  return a.slice(1, -1).map(x => Math.max(...b.map(y => cosine(x, y))));
}
const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

test("each token's nearest state, at the layer asked for", async () => {
  const ids = [
    [2, 4, 5, 6, 3],
    [2, 4, 7, 3],
  ];
  for (const layer of [1, 2]) {
    const start = tf.memory().numTensors;
    const [{ precision, recall, f }] = await bertScore(model, ["a fine film"], ["a poor"], { layer });
    assert.equal(tf.memory().numTensors, start);
    near(precision, mean(nearest(ids[0], ids[1], layer)));
    near(recall, mean(nearest(ids[1], ids[0], layer)));
    near(f, (2 * precision * recall) / (precision + recall));
  }
});

test("with idf a word of every reference counts nothing, a rare one more", async () => {
  const references = ["a fine film", "a play", "a poor film"];
  const [{ precision }] = await bertScore(model, ["a film poor", "a", "a"], references, { layer: 2, idf: true });
  const [a, film, poor] = nearest([2, 4, 6, 7, 3], [2, 4, 5, 6, 3], 2);
  const [often, once] = [Math.log(4 / 3), Math.log(4 / 2)];
  assert.ok(a > 0);
  near(precision, (often * film + once * poor) / (often + once));
});

test("equal texts score 1, empty ones 0; errors are named", async () => {
  const [same, none, neither] = await bertScore(model, ["a film", "", ""], ["a film", "a film", ""]);
  near(same.f, 1);
  assert.deepEqual([none.f, neither.f], [0, 0]);
  await assert.rejects(bertScore(model, ["a"], []), /there are 1 summaries and 0 references/);
  await assert.rejects(bertScore(model, ["a"], ["a"], { layer: 9 }), /layers is 9\. Give a whole number from 0 to 2/);
});
