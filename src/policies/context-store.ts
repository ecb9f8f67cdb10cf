// Contexts that a frozen LM reads once: their keys and values in every layer, kept beside the engine until a pass asks for them.

import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type CausalLm, causalStates, disposeCache } from "../models/causal/forward";
import type { PrefixCache } from "../models/causal/trunk";
import { frozenCopy } from "../models/frozen-copy";
import { paddingBias } from "../models/parts/attention";
import { bucketByTokens } from "../text/batches";
import { decodeBF16, encodeBF16 } from "../weights/half-precision";

export interface PromptStore {
  /** Of what was read at the start. */
  bytes: number;
  /**
   * Keys and values of these contexts as one batch, in the layers `from` to before `until`; the others are absent. Each context's last token is
   * left out: it goes before what follows. The caller disposes it. Errors: a context that was not read.
   */
  prefix(contexts: readonly (readonly number[])[], layers?: { from?: number; until?: number }): PrefixCache;
  /** Frees the copy of what trains, which is kept where not all contexts fit; the store then knows only those that it has read. */
  dispose(): void;
}

export interface PrecomputeOptions {
  /** Tokens read at a time, padding included. Default 4096. */
  batchTokens?: number;
  /** Of what is kept. "bfloat16" halves the memory: 4 · layers · keyValueHeads · headWidth bytes a token. Default "bfloat16". */
  precision?: "float32" | "bfloat16";
  /** Bytes that are kept at most. Default: half of the machine's memory. */
  maxBytes?: number;
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
 * keys and values. Contexts beyond `most` bytes, the last ones, are read by a frozen copy each time that they are asked for; the latest of them stay
 * for a while. What a context's keys and values are does not depend on what else was asked for.
 *
 * Errors: a context of fewer than two tokens, or longer than the LM's.
 */
export async function precomputePrompts(
  model: CausalLm,
  contexts: Iterable<readonly number[]>,
  { batchTokens = 4096, precision = "bfloat16", maxBytes = totalmem() / 2, onProgress }: PrecomputeOptions = {},
): Promise<PromptStore> {
  const { keyValueHeads: J, headWidth: C, layers } = model.config;
  const perToken = 2 * layers * J * C * (precision === "float32" ? 4 : 2);
  const bytesOf = ({ length }: readonly number[]) => perToken * (length - 1);
  const first = new Map<string, readonly number[]>();
  let [number, bytes, reader] = [0, 0, undefined as CausalLm | undefined];
  for (const context of contexts) {
    if (context.length < 2)
      fail("precomputePrompts", `context ${number} has ${context.length} tokens`, "Give at least two tokens.");
    number++;
    const key = context.join();
    if (first.has(key)) continue;
    if (bytes + bytesOf(context) > maxBytes * keptShare) {
      reader = frozenCopy(model);
      break;
    }
    first.set(key, context);
    bytes += bytesOf(context);
  }

  const distinct = [...first.values()];
  const kept = new Map<string, Kept>();
  let done = 0;
  const places = distinct.map(({ length }) => length - 1);
  for (const batch of bucketByTokens(places, batchTokens)) {
    const read = batch.map(place => distinct[place]);
    for (const [i, row] of keysValues(model, read, precision).entries()) kept.set(read[i].join(), row);
    onProgress?.((done += batch.length), distinct.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }

  const latest = new Map<string, Kept>();
  let latestBytes = 0;
  function keptOf(context: readonly number[]): Kept {
    const key = context.join();
    const found = kept.get(key) ?? latest.get(key);
    if (found) return found;
    if (!reader)
      fail(
        model.name,
        `a context of ${context.length} tokens was not read`,
        "Give every context to `precomputePrompts`.",
      );
    const [row] = keysValues(reader!, [context], precision);
    latest.set(key, row);
    latestBytes += bytesOf(context);
    for (const [oldest, { length }] of latest) {
      if (latestBytes <= maxBytes * (1 - keptShare) || oldest === key) break;
      latest.delete(oldest);
      latestBytes -= perToken * length;
    }
    return row;
  }

  return {
    bytes,
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
    dispose() {
      reader?.dispose();
      reader = undefined;
    },
  };
}

/** The share of the memory for what is read at the start, where not all fits. */
const keptShare = 7 / 8;

/** Keys and values of these contexts' tokens but the last. */
function keysValues(
  model: CausalLm,
  contexts: readonly (readonly number[])[],
  precision: "float32" | "bfloat16",
): Kept[] {
  const { keyValueHeads: J, headWidth: C } = model.config;
  const { last, cache } = causalStates(
    model,
    contexts.map(context => context.slice(0, -1)),
  );
  last.dispose();
  const all = cache.layers.flatMap(({ keys, values }) => [keys, values]).map(x => x.dataSync() as Float32Array);
  const padded = cache.layers[0].keys.shape[1];
  disposeCache(cache);
  return contexts.map((context, b) => {
    const length = context.length - 1;
    return { length, parts: all.map(x => rowsOf(x, { first: b * J, heads: J, padded, length, C }, precision)) };
  });
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
