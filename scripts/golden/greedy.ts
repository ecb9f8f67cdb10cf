import * as tf from "@tensorflow/tfjs-core";
import { read } from "../../src/core/tidy";
import type { Generator } from "../../src/models/decoding";

/** The likeliest tokens, [B][tokens]: `generate` would ask for a tokenizer, which the fixtures of tiny models lack. */
export function greedyIds(model: Generator, inputs: number[][], tokens: number): number[][] {
  const decoding = model.decode(inputs, { tokens });
  const out = inputs.map((): number[] => []);
  for (let t = 0; t < tokens; t++) {
    if (t > 0) decoding.next(out.map(ids => ids[t - 1]));
    for (const [b, id] of read(() => tf.argMax(decoding.logits_BV, -1)).entries()) out[b].push(id);
  }
  decoding.dispose();
  return out;
}
