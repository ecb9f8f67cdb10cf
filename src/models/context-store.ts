// Contexts that a frozen LM reads once: their keys and values in every layer, kept beside the engine until a pass asks for them.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { bucketByTokens } from "../text/batches";
import { decodeBF16, encodeBF16 } from "../weights/half-precision";
import { paddingBias } from "./attention";
import { type CausalLm, disposeCache, encode } from "./causal";
import type { PrefixCache } from "./causal-trunk";

export interface ContextStore {
  bytes: number;
  /**
   * Keys and values of these contexts as one batch, in the layers `from` to before `until`; the others are absent. Each context's last token is
   * left out: it goes before what follows. The caller disposes it. Errors: a context that was not read.
   */
  prefix(contexts: readonly (readonly number[])[], layers?: { from?: number; until?: number }): PrefixCache;
}

export interface ReadingOptions {
  /** Tokens read at a time, padding included. Default 4096. */
  batchTokens?: number;
  /** Of what is kept. "bfloat16" halves the memory: 4 · layers · keyValueHeads · headWidth bytes a token. Default "bfloat16". */
  precision?: "float32" | "bfloat16";
  onProgress?: (done: number, total: number) => void;
}

type Numbers = Float32Array | Uint16Array;

/** Keys and values of each layer in turn, [J, length, C] each. */
interface Kept {
  length: number;
  parts: Numbers[];
}

/**
 * Reads contexts of token ids. What is kept is that of the LM as it is now: layers that train later go on seeing the contexts through these
 * keys and values.
 *
 * Errors: a context of fewer than two tokens, or longer than the LM's.
 */
export async function readContexts(
  model: CausalLm,
  contexts: readonly (readonly number[])[],
  { batchTokens = 4096, precision = "bfloat16", onProgress }: ReadingOptions = {},
): Promise<ContextStore> {
  const short = contexts.findIndex(({ length }) => length < 2);
  if (short >= 0)
    fail("readContexts", `context ${short} has ${contexts[short].length} tokens`, "Give at least two tokens.");
  const { keyValueHeads: J, headWidth: C, layers } = model.config;
  const distinct = [...new Map(contexts.map(context => [context.join(), context])).values()];
  const kept = new Map<string, Kept>();
  let done = 0;
  const places = distinct.map(({ length }) => length - 1);
  for (const batch of bucketByTokens(places, batchTokens)) {
    const read = batch.map(place => distinct[place]);
    const { last, cache } = encode(
      model,
      read.map(context => context.slice(0, -1)),
    );
    last.dispose();
    const all = cache.layers.flatMap(({ keys, values }) => [keys, values]).map(x => x.dataSync() as Float32Array);
    const padded = cache.layers[0].keys.shape[1];
    disposeCache(cache);
    for (const [b, context] of read.entries()) {
      const length = context.length - 1;
      const parts = all.map(numbers => rowsOf(numbers, { first: b * J, heads: J, padded, length, C }, precision));
      kept.set(context.join(), { length, parts });
    }
    onProgress?.((done += batch.length), distinct.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }

  const keptOf = (context: readonly number[]) =>
    kept.get(context.join()) ??
    fail(model.name, `a context of ${context.length} tokens was not read`, "Give every context to `readContexts`.");

  return {
    bytes: [...kept.values()].flatMap(({ parts }) => parts).reduce((sum, { byteLength }) => sum + byteLength, 0),
    prefix(contexts, { from = 0, until = layers } = {}) {
      const rows = contexts.map(keptOf);
      const lengths = rows.map(({ length }) => length);
      const P = Math.max(...lengths);
      const joined = (part: number) => {
        const out = new Float32Array(rows.length * J * P * C);
        for (const [b, { length, parts }] of rows.entries())
          for (let j = 0; j < J; j++) {
            const row = parts[part].subarray(j * length * C, (j + 1) * length * C);
            const start = (b * J + j) * P * C;
            if (row instanceof Float32Array) out.set(row, start);
            else decodeBF16(row, out.subarray(start, start + row.length));
          }
        return tf.tensor3d(out, [rows.length * J, P, C]);
      };
      const mask = lengths.map(length => Array.from({ length: P }, (_, t) => Number(t < length)));
      const cache: PrefixCache = { layers: [], bias_X1P: paddingBias(mask, J), lengths };
      for (let i = from; i < until; i++) cache.layers[i] = { keys: joined(2 * i), values: joined(2 * i + 1) };
      return cache;
    },
  };
}

/** One context's rows of [B·J, P, C], without padding. */
function rowsOf(
  numbers: Float32Array,
  { first, heads, padded, length, C }: Record<"first" | "heads" | "padded" | "length" | "C", number>,
  precision: "float32" | "bfloat16",
): Numbers {
  const out = new Float32Array(heads * length * C);
  for (let j = 0; j < heads; j++) {
    const start = (first + j) * padded * C;
    out.set(numbers.subarray(start, start + length * C), j * length * C);
  }
  return precision === "float32" ? out : encodeBF16(out);
}
