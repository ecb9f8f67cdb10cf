import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { sampleFreshPrompts, samplePrompts } from "../../src/generation/sample-prompts";
import type { CausalLm } from "../../src/models/causal/forward";
import { type PromptPolicy, promptStates } from "../../src/policies/prompt-policy";
import { tinyConfig, tinyLlama } from "../tiny-llama";
import { tinyPolicy } from "../tiny-task";

let model: CausalLm;
let policy: PromptPolicy;
before(async () => {
  await selectBackend();
  model = tinyLlama();
  policy = tinyPolicy(model);
});
after(() => {
  policy.dispose();
  model.dispose();
});

const actions = [0, 1, 2, 3, 4, 5];
const allPrompts = actions.flatMap(a => actions.flatMap(b => actions.map(c => [a, b, c])));

/** The probability of every prompt under the policy, by its key. */
function exact(): Map<string, number> {
  const step = tf.tidy(() => {
    const states_ND = tf.reshape(promptStates(policy, allPrompts), [-1, tinyConfig.width]) as tf.Tensor2D;
    return tf.softmax(policy.logits(states_ND)).arraySync() as number[][];
  });
  return new Map(allPrompts.map((prompt, n) => [prompt.join(), prompt.reduce((p, a, t) => p * step[3 * n + t][a], 1)]));
}

test("prompts come as often as the policy's probabilities say", () => {
  const n = 4000;
  const probability = exact();
  const count = new Map<string, number>();
  for (const prompt of samplePrompts(policy, n, seeded(0)))
    count.set(prompt.join(), (count.get(prompt.join()) ?? 0) + 1);
  // Chi-square over the prompts expected at least five times, and one cell for the rest.
  const rest = { expected: 0, found: 0 };
  let [chiSquare, cells] = [0, 1];
  for (const [prompt, p] of probability) {
    const found = count.get(prompt) ?? 0;
    if (n * p >= 5) {
      chiSquare += (found - n * p) ** 2 / (n * p);
      cells++;
    } else {
      rest.expected += n * p;
      rest.found += found;
    }
  }
  chiSquare += (rest.found - rest.expected) ** 2 / rest.expected;
  assert.ok(cells > 30, `${cells} cells`);
  // Mean of the statistic: cells − 1, deviation √(2 (cells − 1)).
  assert.ok(chiSquare < cells - 1 + 4 * Math.sqrt(2 * (cells - 1)), `chi-square ${chiSquare} over ${cells} cells`);
});

test("the same seed gives the same prompts, another one others", () => {
  const draw = (seed: number) => samplePrompts(policy, 20, seeded(seed));
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
  assert.ok(draw(1).every(prompt => prompt.length === 3 && prompt.every(a => actions.includes(a))));
});

test("fresh prompts are distinct and were not seen; what is seen grows by them", () => {
  const seen = new Set(["0,0,0", "2,2,2"]);
  const first = sampleFreshPrompts(policy, 30, seen, seeded(3));
  const second = sampleFreshPrompts(policy, 30, seen, seeded(3));
  const keys = [...first, ...second].map(String);
  assert.deepEqual([first.length, second.length], [30, 30]);
  assert.equal(new Set([...keys, "0,0,0", "2,2,2"]).size, 62);
  assert.deepEqual(seen, new Set(["0,0,0", "2,2,2", ...keys]));
});

test("when the policy has no more to give there are fewer; no tensor stays", () => {
  const before = tf.memory().numTensors;
  const all = new Set(allPrompts.map(String));
  assert.deepEqual(sampleFreshPrompts(policy, 10, all, seeded(4)), []);
  const last = [...exact()].sort((a, b) => b[1] - a[1])[0][0];
  all.delete(last);
  assert.deepEqual(sampleFreshPrompts(policy, 10, all, seeded(4)).map(String), [last]);
  assert.equal(tf.memory().numTensors, before);
});
