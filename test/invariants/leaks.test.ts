import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { trainPromptPolicy } from "../../src/training/prompts/train-prompt-policy";
import { tinyLlama } from "../tiny-llama";
import { countingScore, tinyTraining, widePolicy } from "../tiny-task";

before(() => selectBackend());

test("100 updates leave no tensor: none from update to update, none at the end", async () => {
  const start = tf.memory().numTensors;
  const model = tinyLlama();
  const policy = widePolicy(model);
  const long = { ...tinyTraining(), rounds: 2, updates: 50, entropyFloor: 1e-6 };
  const training = trainPromptPolicy({ ...long, policy, score: countingScore(), rng: seeded(0) });
  const inRound: number[][] = [[], []];
  let updates = 0;
  for (;;) {
    const { done, value } = await training.next();
    if (done) {
      value.guidance.dispose();
      break;
    }
    if (value.some(({ phase }) => phase === "policy")) inRound[Math.floor(updates++ / 50)].push(tf.memory().numTensors);
  }
  assert.equal(updates, 100);
  // The first update of a round sets a state aside, the second one more; from then on nothing grows.
  for (const counts of inRound) assert.equal(new Set(counts.slice(1)).size, 1, `${counts}`);
  policy.dispose();
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});
