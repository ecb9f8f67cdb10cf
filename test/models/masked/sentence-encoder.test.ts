import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { cachePath } from "../../../src/core/cache";
import { type MaskedLm, maskedForward } from "../../../src/models/masked/forward";
import { loadMaskedLm } from "../../../src/models/masked/load";
import { embedSentences, sentenceVectors } from "../../../src/models/masked/sentence-encoder";
import { close } from "../../close";
import { tinyEncoder } from "../../tiny-encoder";

let model: MaskedLm;
before(async () => {
  await selectBackend();
  model = await tinyEncoder();
});
after(() => model.dispose());

test("the mean of a text's states, of length 1", () => {
  const ids = [[2, 4, 5, 6, 3]];
  const mask = [[1, 1, 1, 1, 1]];
  const states = maskedForward(model, { ids, mask });
  const mean = [...tf.mean(states, 1).dataSync()];
  const length = Math.hypot(...mean);
  close(
    sentenceVectors(model, { ids, mask }),
    mean.map(x => x / length),
  );
});

test("texts come back in their order, whatever is batched with them", async () => {
  const texts = ["a fine film", "poor", "", "a poor play a poor play", "fine play"];
  const alone: number[] = [];
  for (const text of texts) alone.push(...(await embedSentences(model, [text])).dataSync());
  const told: number[][] = [];
  const start = tf.memory().numTensors;
  const some = await embedSentences(model, texts, { batchTokens: 12, onProgress: (...seen) => told.push(seen) });
  close(some, alone);
  close(await embedSentences(model, texts), alone);
  assert.ok(told.length > 2 && told.length < 5, `${told.length} batches`);
  assert.deepEqual(told.at(-1), [5, 5]);
  assert.equal(tf.memory().numTensors, start + 2);
});

test("a long text is cut before its last token", async () => {
  const long = await embedSentences(model, ["a fine film film film play"], { maxTokens: 5 });
  close(long, [...(await embedSentences(model, ["a fine film"])).dataSync()]);
  const beyond = Array(50).fill("a").join(" "); // the model's context is 18
  close(await embedSentences(model, [beyond]), [
    ...(await embedSentences(model, [Array(16).fill("a").join(" ")])).dataSync(),
  ]);
});

test("errors free what was made", async () => {
  await assert.rejects(embedSentences(model, []), /there are no texts/);
  const start = tf.memory().numTensors;
  const broken = () => {
    throw new Error("stop");
  };
  await assert.rejects(embedSentences(model, ["a", "a play"], { batchTokens: 4, onProgress: broken }), /stop/);
  assert.equal(tf.memory().numTensors, start);
});

const folder = cachePath("models", "minilm-l6");
const skip = existsSync(folder) ? false : `no model in ${folder}: run \`npm run setup -- --with minilm-l6\``;

test("all-MiniLM-L6-v2 gives the vectors of Transformers", { skip }, async () => {
  const encoder = await loadMaskedLm("minilm-l6");
  const texts = ["A fine film.", "The movie is good, and its actors too.", "Prices rose by three percent in April."];
  const vectors_ND = await embedSentences(encoder, [...texts, "word ".repeat(400)]);
  close(
    tf.slice(vectors_ND, 0, [4, 4]),
    [
      [-0.04685, 0.002101, -0.008631, -0.024747],
      [-0.102079, -0.027065, 0.00404, -0.059968],
      [-0.028929, -0.054807, 0.024425, 0.008036],
      [-0.008124, -0.095586, -0.038673, 0.049662],
    ],
    2e-6,
  );
  const cosines = tf.matMul(vectors_ND, vectors_ND, false, true);
  close(tf.slice(cosines, 0, [1, 4]), [1, 0.4609514, -0.0399644, 0.0568489], 2e-6);
  encoder.dispose();
});
