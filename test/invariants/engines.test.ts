import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type Engine, selectBackend } from "../../src/backend/select";
import { encode, encodePrompts, forward, logits } from "../../src/models/causal";
import { classProbabilities } from "../../src/models/classifier";
import { close } from "../close";
import { tinyGpt2 } from "../tiny-gpt2";
import { tinyLlama } from "../tiny-llama";
import { examples, tinyClassifier } from "../tiny-task";

/** Logits of a padded batch and of prompts on it, of a GPT-2 padded on the left, and class probabilities, on one engine. */
async function numbers(engine: Engine): Promise<number[]> {
  await selectBackend(engine);
  const model = tinyLlama();
  const gpt2 = tinyGpt2();
  const classifier = tinyClassifier(model);
  const texts = examples.map(({ text }) => text);
  const probabilities = await classProbabilities(classifier, texts, [[30, 31], [], [50]]);
  const found = tf.tidy(() => {
    const sequences = [
      [0, 7, 31, 50],
      [0, 4],
    ];
    const { last, cache } = encode(model, sequences);
    const first = logits(model, tf.slice(last, [0, 0, 0], [-1, 2, -1]));
    const continued = logits(model, encodePrompts(model, cache, [[30], [52], [9]]).last);
    const left = { ids: [[9, 0, 5, 7]], mask: [[0, 1, 1, 1]] };
    const padded = tf.slice(logits(gpt2, forward(gpt2, left).last), [0, 1, 0], [1, 3, -1]);
    return [first, continued, padded].flatMap(x => [...x.dataSync()]);
  });
  gpt2.dispose();
  classifier.verbalizers_DC.dispose();
  model.dispose();
  return [...found, ...probabilities.flat().flatMap(row => [...row])];
}

for (const engine of ["native", "wasm"] as const)
  test(`${engine} gives the numbers of plain JavaScript`, async t => {
    if (engine === "native") {
      const reason = await selectBackend(engine).then(
        () => undefined,
        error => (error as Error).message,
      );
      if (reason) return t.skip(reason);
    }
    const [found, expected] = [await numbers(engine), await numbers("cpu")];
    assert.ok(expected.length > 500);
    close(tf.tensor1d(found), expected, 1e-4);
  });
