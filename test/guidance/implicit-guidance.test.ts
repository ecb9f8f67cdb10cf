import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { implicitGuidance } from "../../src/guidance/implicit-guidance";
import { trainable } from "../../src/models/trainable";
import { implicitRewards } from "../../src/objectives/implicit-rewards";
import { causalFullPolicy } from "../../src/policies/causal-full";
import { tinyLlama, tinyWeights } from "../tiny-llama";

before(() => selectBackend());

const examples = [
  { prompt: [0, 7, 31], response: [5, 6, 0] },
  { prompt: [0, 4], response: [8] },
];

test("token rewards sum to the implicit rewards of the responses", async () => {
  const [trained, reference] = [tinyLlama(tinyWeights(1)), tinyLlama()];
  const before = tf.memory().numTensors;
  const rewards = await implicitGuidance(trained, reference, { beta: 0.5, passSize: 1 }).rewards(examples);
  assert.equal(tf.memory().numTensors, before);
  const expected = tf.tidy(() => {
    const [own, other] = [trained, reference].map(lm =>
      causalFullPolicy(lm, { frozen: lm }).teacherForce({ examples, states: [] }, [0, 1]),
    );
    const batch = { ...own, referenceLogits_BTV: other.logits_BTV, listSize: 2 };
    return [...implicitRewards(batch, { beta: 0.5 }).dataSync()];
  });
  assert.deepEqual(
    rewards.map(({ length }) => length),
    [3, 1],
  );
  for (const [n, row] of rewards.entries()) {
    const sum = row.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - expected[n]) < 1e-4, `${sum}, ${expected[n]}`);
    assert.ok(Math.abs(sum) > 1e-3);
  }
  trainable(trained, /layers\.1\./);
  assert.throws(() => implicitGuidance(trained, reference), /trains/);
  trained.dispose();
  reference.dispose();
});
