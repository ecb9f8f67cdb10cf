// The prompts of a training on samples: encoded once, and drawn for each update.

import type { Rng } from "../../core/random";
import { encodePrompt, encoderOf } from "../../policies/encode-examples";
import type { ResponsePolicy } from "../../policies/response-policy";
import { type PromptEntry, promptOf, type Sequence } from "../../preferences/lists-table";

/** As it was given, and in token ids. */
export interface EncodedPrompt {
  given: Sequence;
  ids: readonly number[];
}

/** Errors: those of `encodeExample` about prompts. */
export function encodedPrompts(policy: ResponsePolicy, prompts: readonly PromptEntry[]): EncodedPrompt[] {
  const encoder = encoderOf(policy);
  return Array.from(prompts, (entry, row) => {
    const given = promptOf(entry);
    return { given, ids: encodePrompt(encoder, `${policy.name}: prompt ${row}`, given) };
  });
}

/** Indices of the prompts of an update: all in a new order each time that they have all been used. */
export function promptsOf(step: number, batchSize: number, count: number, rng: Rng): number[] {
  const orders = new Map<number, number[]>();
  return Array.from({ length: batchSize }, (_, i) => {
    const round = Math.floor((step * batchSize + i) / count);
    if (!orders.has(round)) orders.set(round, rng.split(`prompts ${round}`).shuffled(Array(count).keys()));
    return orders.get(round)![(step * batchSize + i) % count];
  });
}
