import { seeded } from "../src/core/random";
import { createClassifier } from "../src/models/classifier";
import type { Llama } from "../src/models/llama";
import { createPromptPolicy, type PromptPolicy } from "../src/models/prompt-policy";
import type { Example, Score } from "../src/preferences/score";

/** Texts of unequal lengths for the tiny Llama, the shortest in the middle. */
export const examples: Example[] = [
  { text: " a good good film.", label: "positive" },
  { text: " so bad it hadst no end", label: "negative" },
  { text: " bad", label: "negative" },
  { text: " good so", label: "positive" },
];

export const tinyClassifier = (model: Llama) =>
  createClassifier(model, { verbalizers: { negative: " bad", positive: " good" } });

/** The tokens " a" to " f": six candidates, three tokens a prompt, so 216 prompts. */
export const candidates = [28, 29, 30, 31, 32, 33];

export const tinyPolicy = (model: Llama, seed = 0): PromptPolicy =>
  createPromptPolicy(model, { candidates, promptTokens: 3, context: [0, 7, 30], adaptorWidth: 32, rng: seeded(seed) });

/** A score that costs nothing: how often the token " c" is in the prompt. `calls` holds every prompt that was paid for. */
export function countingScore(): Score<readonly number[]> & { calls: string[] } {
  const calls: string[] = [];
  return {
    name: "count",
    calls,
    async apply(prompts) {
      calls.push(...prompts.map(String));
      return Float32Array.from(prompts, prompt => prompt.filter(id => id === candidates[2]).length);
    },
  };
}
