import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { type CausalLm, causalForward, causalLogits } from "../../../src/models/causal/forward";
import { padRight } from "../../../src/text/batches";
import { type FedRow, followDecoding, type Step } from "../../follow-decoding";
import { tinyConfig, tinyLlama } from "../../tiny-llama";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const inputs = [
  [0, 7, 31, 50],
  [0, 4],
  [0, 21, 22, 9, 40, 52, 3],
];

/** The logits after each of these rows, each computed on its own. */
const afterEach = (rows: FedRow[]) =>
  rows.flatMap(({ input, fed }) => [
    ...tf.tidy(() =>
      causalLogits(model, causalForward(model, padRight([[...inputs[input], ...fed]])).last)
        .dataSync()
        .slice(-tinyConfig.vocabularySize),
    ),
  ]);

const follow = (samples: number, steps: Step[]) => followDecoding(model, inputs, samples, steps, afterEach);

test("token by token gives what the whole gives", () => follow(1, [{ feed: [5, 6, 7] }, { feed: [8, 9, 10] }]));

test("samples of an input share it and go their own ways", () =>
  follow(2, [{ feed: [5, 6, 7, 8, 9, 10] }, { feed: [11, 11, 12, 13, 14, 15] }]));

test("rows are reordered within their input, as beams are", () =>
  follow(2, [{ feed: [5, 6, 7, 8, 9, 10] }, { keep: [1, 1, 3, 2, 4, 4] }, { feed: [1, 2, 3, 4, 5, 6] }]));

test("finished rows are dropped, evenly and unevenly", () => {
  follow(2, [{ feed: [5, 6, 7, 8, 9, 10] }, { keep: [0, 1, 4, 5] }, { feed: [1, 2, 3, 4] }]);
  follow(2, [{ keep: [0, 3, 4, 5] }, { feed: [5, 6, 7, 8] }, { keep: [3, 1] }, { feed: [9, 10] }]);
  follow(1, [{ feed: [5, 6, 7] }, { keep: [2] }, { feed: [8] }, { keep: [0, 0] }, { feed: [1, 2] }]);
});

test("errors name what does not fit, and nothing stays allocated", () => {
  const start = tf.memory().numTensors;
  assert.throws(
    () => model.startDecoding(inputs, { tokens: 42 }),
    /tiny: an input of 7 tokens and 42 more exceed its context of 48\. Shorten the input or ask for fewer tokens\./,
  );
  const decoding = model.startDecoding(inputs, { tokens: 4 });
  assert.throws(() => decoding.next([1]), /tiny: 1 tokens for 3 sequences\. Give one token for each sequence\./);
  decoding.dispose();
  assert.equal(tf.memory().numTensors, start);
});
