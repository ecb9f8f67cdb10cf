import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { greedy } from "../../src/generation/greedy";
import type { CausalLm } from "../../src/models/causal";
import { encode, logits } from "../../src/models/causal";
import { tinyLlama } from "../tiny-llama";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const sequences = [
  [0, 7, 31, 50],
  [0, 4],
  [0, 21, 22, 9, 40, 52, 3],
];

/** The likeliest next token, four times, each from the whole sequence anew. */
function byHand(sequence: number[]): number[] {
  const whole = [...sequence];
  for (let t = 0; t < 4; t++) {
    const row = tf.tidy(
      () =>
        logits(model, encode(model, [whole]).last)
          .arraySync()[0]
          .at(-1)!,
    );
    whole.push(row.indexOf(Math.max(...row)));
  }
  return whole.slice(-4);
}

test("a batch of unequal lengths continues each sequence as it would alone, and leaves no tensor", () => {
  const before = tf.memory().numTensors;
  const found = greedy(model, sequences, 4);
  assert.deepEqual(found, sequences.map(byHand));
  assert.deepEqual(greedy(model, [sequences[1]], 4), [found[1]]);
  assert.ok(new Set(found.flat()).size > 2);
  assert.deepEqual(greedy(model, sequences, 0), [[], [], []]);
  assert.equal(tf.memory().numTensors, before);
});
