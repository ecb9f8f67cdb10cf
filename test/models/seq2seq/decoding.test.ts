import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../../../src/models/seq2seq/forward";
import { loadSeq2Seq } from "../../../src/models/seq2seq/load";
import { padRight } from "../../../src/text/batches";
import { type FedRow, followDecoding, type Step } from "../../follow-decoding";
import { inTiny } from "../../tiny-models";

let model: Seq2SeqLm;
before(async () => {
  await selectBackend();
  model = await loadSeq2Seq(inTiny("t5_relu"));
});
after(() => model.dispose());

const inputs = [
  [12, 40, 33, 8],
  [9, 1],
  [21, 22, 9, 40, 52],
];

/** The logits after each of these targets, each computed whole and alone. */
const afterEach = (rows: FedRow[]) =>
  rows.flatMap(({ input, fed }) => [
    ...tf.tidy(() => {
      const ids = [model.startToken!, ...fed];
      const states = decodeTarget(model, encodeSource(model, padRight([inputs[input]])), { ids: [ids] });
      return seq2seqLogits(model, states).dataSync().slice(-model.config.vocabularySize);
    }),
  ]);

const follow = (samples: number, steps: Step[]) => followDecoding(model, inputs, samples, steps, afterEach);

test("token by token gives what the whole gives", () => follow(1, [{ feed: [5, 6, 7] }, { feed: [8, 9, 10] }]));

test("samples of an input share it and go their own ways", () =>
  follow(2, [{ feed: [5, 6, 7, 8, 9, 10] }, { feed: [11, 11, 12, 13, 14, 15] }]));

test("rows are reordered, as beams are", () =>
  follow(2, [{ feed: [5, 6, 7, 8, 9, 10] }, { keep: [1, 1, 2, 3, 5, 4] }, { feed: [1, 2, 3, 4, 5, 6] }]));

test("rows end, inputs with them, and others are doubled out of order", () =>
  follow(2, [
    { feed: [5, 6, 7, 8, 9, 10] },
    { keep: [5, 0, 5, 4, 5] },
    { feed: [1, 2, 3, 4, 5] },
    { keep: [1] },
    { feed: [20] },
  ]));

test("the samples of an input do not copy its keys and values", () => {
  const bytes = (samples: number) => {
    const start = tf.memory().numBytes;
    const decoding = model.startDecoding(inputs, { samples, tokens: 8 });
    const used = tf.memory().numBytes - start;
    decoding.dispose();
    return used;
  };
  const { heads, headWidth, decoderLayers, vocabularySize } = model.config;
  const own = inputs.length * (2 * decoderLayers * heads * headWidth + vocabularySize) * 4;
  assert.equal(bytes(5) - bytes(1), 4 * own);
});

test("errors", () => {
  assert.throws(() => model.startDecoding([[1], []], { tokens: 1 }), /input 1 is empty/);
  const start = tf.memory().numTensors;
  const decoding = model.startDecoding(inputs, { tokens: 1 });
  assert.throws(() => decoding.next([1]), /1 tokens were given for 3 rows/);
  assert.throws(() => decoding.select([0, 3]), /there is no row 3/);
  assert.throws(() => decoding.select([]), /no row is selected/);
  decoding.dispose();
  decoding.dispose();
  assert.throws(() => decoding.next([1, 2, 3]), /was disposed/);
  assert.equal(tf.memory().numTensors, start);
});
