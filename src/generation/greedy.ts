// Greedy decoding on a key/value cache.

import * as tf from "@tensorflow/tfjs-core";
import { read } from "../core/tidy";
import { disposeCache, encode, encodeNext, lastStates, logits } from "../models/causal";
import type { Llama } from "../models/llama";

/** Continues each of B sequences by `tokens` most likely tokens. Returns the new ids, [B][tokens]. */
export function greedy(model: Llama, sequences: readonly (readonly number[])[], tokens: number): number[][] {
  const likeliest = (hidden_BD: tf.Tensor2D) => [...read(() => tf.argMax(logits(model, hidden_BD), -1))];
  const first = encode(model, sequences, { keep: true });
  let cache = first.cache!;
  let hidden_BD = lastStates(first.last, cache.lengths);
  first.last.dispose();
  const out: number[][] = sequences.map(() => []);
  for (let t = 0; t < tokens; t++) {
    const ids = likeliest(hidden_BD);
    hidden_BD.dispose();
    for (const [b, id] of ids.entries()) out[b].push(id);
    const next = encodeNext(model, cache, ids);
    disposeCache(cache);
    cache = next.cache;
    hidden_BD = next.last_BD;
  }
  hidden_BD.dispose();
  disposeCache(cache);
  return out;
}
