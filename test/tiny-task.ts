import { after, before } from "node:test";
import type { Training } from "../experiments/prompt/settings";
import { selectBackend } from "../src/backend/select";
import { seeded } from "../src/core/random";
import { meanTokens } from "../src/guidance/aggregate";
import type { CausalLm } from "../src/models/causal/forward";
import { reinforce } from "../src/objectives/reinforce";
import { type Classifier, createClassifier } from "../src/policies/classifier";
import { createPromptPolicy, type PromptPolicy, type PromptPolicyOptions } from "../src/policies/prompt-policy";
import type { Example, Score } from "../src/preferences/score";
import { tinyLlama } from "./tiny-llama";

/** Texts of unequal lengths for the tiny Llama, the shortest in the middle. */
export const examples: Example[] = [
  { text: " a good good film.", label: "positive" },
  { text: " so bad it hadst no end", label: "negative" },
  { text: " bad", label: "negative" },
  { text: " good so", label: "positive" },
];

export const tinyClassifier = (model: CausalLm) =>
  createClassifier(model, { verbalizers: { negative: " bad", positive: " good" } });

/** A model and its classifier for all tests of a file: made before the first, freed after the last. */
export function sharedClassifier(): { model: CausalLm; classifier: Classifier } {
  const shared = {} as ReturnType<typeof sharedClassifier>;
  before(async () => {
    await selectBackend();
    shared.model = tinyLlama();
    shared.classifier = tinyClassifier(shared.model);
  });
  after(() => {
    shared.classifier.verbalizers_DC.dispose();
    shared.model.dispose();
  });
  return shared;
}

/** The tokens " a" to " f": six candidates, three tokens a prompt, so 216 prompts. */
export const candidates = [28, 29, 30, 31, 32, 33];

export const tinyPolicy = (model: CausalLm, options: Partial<PromptPolicyOptions> = {}): PromptPolicy =>
  createPromptPolicy(model, {
    candidates,
    promptTokens: 3,
    context: [0, 7, 30],
    adaptorWidth: 32,
    rng: seeded(0),
    ...options,
  });

/** The tokens " a" to " t", four a prompt: 160,000 prompts, enough for searches. */
export const widePolicy = (model: CausalLm): PromptPolicy =>
  tinyPolicy(model, { candidates: Array.from({ length: 20 }, (_, i) => 28 + i), promptTokens: 4 });

/** A recipe of about a second: 24 + 3 · 16 prompts are scored. */
export const tinyTraining = (): Training => ({
  learn: {
    aggregate: meanTokens(),
    listSize: 4,
    listsPerStep: 16,
    steps: 30,
    learningRate: 5e-3,
    hidden: 16,
    every: 10,
  },
  objectives: [reinforce({ baseline: "position" })],
  initialSamples: 24,
  rounds: 3,
  updates: 8,
  samples: 24,
  freshSamples: 16,
  learningRate: 3e-3,
});

/** A score that costs nothing: how many tokens have an even id. `calls` holds every prompt that was paid for. */
export function countingScore(): Score<readonly number[]> & { calls: string[] } {
  const calls: string[] = [];
  return {
    name: "even ids",
    calls,
    async apply(prompts) {
      calls.push(...prompts.map(String));
      return Float32Array.from(prompts, prompt => prompt.filter(id => id % 2 === 0).length);
    },
  };
}
