// Greedy decoding on a key/value cache.

import * as tf from "@tensorflow/tfjs-core";
import { read } from "../core/tidy";
import type { Generator } from "../models/decoding";

/** Continues each of B sequences by `tokens` most likely tokens. Returns the new ids, [B][tokens]. */
export function greedy(model: Generator, sequences: readonly (readonly number[])[], tokens: number): number[][] {
  const decoding = model.decode(sequences, { tokens });
  const out: number[][] = sequences.map(() => []);
  try {
    for (let t = 0; t < tokens; t++) {
      if (t > 0) decoding.next(out.map(ids => ids[t - 1]));
      for (const [b, id] of read(() => tf.argMax(decoding.logits_BV, -1)).entries()) out[b].push(id);
    }
  } finally {
    decoding.dispose();
  }
  return out;
}
