import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type Engine, selectBackend } from "../../src/backend/select";
import { encode, encodePrompts, logits } from "../../src/models/causal";
import { classProbabilities } from "../../src/models/classifier";
import { close } from "../close";
import { tinyLlama } from "../tiny-llama";
import { examples, tinyClassifier } from "../tiny-task";

/** Logits of a padded batch and of prompts on it, and class probabilities, on one engine. */
async function numbers(engine: Engine): Promise<number[]> {
  await selectBackend(engine);
  const model = tinyLlama();
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
    return [...first.dataSync(), ...continued.dataSync()];
  });
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
