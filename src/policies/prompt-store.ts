// Keys and values of prompts under a frozen LM, computed once and kept in main memory until a pass needs them.

import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { atLeast, type Checks, callback, checkOptions, integer, oneOf, orInfinity } from "../core/options";
import { type CausalLm, causalStates, disposeCache } from "../models/causal/forward";
import type { PrefixCache } from "../models/causal/trunk";
import { frozenCopy } from "../models/frozen-copy";
import { paddingBias } from "../models/parts/attention";
import { bucketByTokens } from "../text/batches";
import { decodeBF16, encodeBF16 } from "../weights/half-precision";

/** Prompts with their keys and values in every layer of a frozen LM. */
export interface PromptStore {
  /** Bytes of what was computed up front. */
  bytes: number;
  /**
   * Keys and values of these prompts (token ids) as one padded batch, in layers `from` to `until` − 1; the other layers
   * are left empty. Each prompt's last token is left out: it comes first in the pass that continues the prompt. The
   * caller disposes the tensors. Errors: a prompt that is not in the store.
   */
  prefix(prompts: readonly (readonly number[])[], layers?: { from?: number; until?: number }): PrefixCache;
  /**
   * Frees the frozen copy of the LM that computes prompts beyond `maxBytes`. Only prompts that are kept can be asked
   * for then.
   */
  dispose(): void;
}

/** Options of `precomputePrompts`. */
export interface PrecomputeOptions {
  /** Tokens of a pass, padding included: it bounds memory. Default 4096. */
  batchTokens?: number;
  /**
   * Of the kept numbers. "bfloat16" halves the memory: 4 · layers · keyValueHeads · headWidth bytes a token. Default
   * "bfloat16".
   */
  precision?: "float32" | "bfloat16";
  /** Upper bound on the bytes that are kept. Default: half of the machine's memory. */
  maxBytes?: number;
  /** Called with prompts done and prompts in total. */
  onProgress?: (done: number, total: number) => void;
}

const precomputeChecks: Checks<PrecomputeOptions> = {
  batchTokens: orInfinity(integer(1)),
  precision: oneOf("float32", "bfloat16"),
  maxBytes: orInfinity(atLeast(0)),
  onProgress: callback,
};

type Precision = NonNullable<PrecomputeOptions["precision"]>;
const defaultPrecision: Precision = "bfloat16";
const defaultMaxBytes = () => totalmem() / 2;
/** The share of `maxBytes` for prompts that are computed up front, where not all of them fit. */
const upFrontShare = 7 / 8;

/** Keys and values of one prompt: of each layer in turn, [J, length, C] each. */
interface KeptPrompt {
  length: number;
  parts: (Float32Array | Uint16Array)[];
}

/**
 * Computes the keys and values of prompts (token ids, at least two each) with the LM as it is now: layers that train
 * later go on attending to these. Prompts beyond `maxBytes`, the last ones, are computed by a frozen copy each time
 * that they are needed, and the most recent of them are kept. A prompt's numbers do not depend on which others were
 * asked for. Yields to the event loop between passes.
 *
 * Errors: a prompt with fewer than two tokens, or longer than the LM's context; an option out of its range.
 */
export async function precomputePrompts(
  model: CausalLm,
  prompts: Iterable<readonly number[]>,
  options: PrecomputeOptions = {},
): Promise<PromptStore> {
  checkOptions("precomputePrompts", options, precomputeChecks);
  const { batchTokens = 4096, precision = defaultPrecision, maxBytes = defaultMaxBytes(), onProgress } = options;
  const upFront = new Map<string, readonly number[]>();
  let [count, bytes, copy] = [0, 0, undefined as CausalLm | undefined];
  for (const prompt of prompts) {
    if (prompt.length < 2)
      fail("precomputePrompts", `prompt ${count} has ${prompt.length} tokens`, "Give at least two tokens.");
    count++;
    const key = prompt.join();
    if (upFront.has(key)) continue;
    const more = bytesPerToken(model, precision) * (prompt.length - 1);
    if (bytes + more > maxBytes * upFrontShare) {
      copy = frozenCopy(model);
      break;
    }
    upFront.set(key, prompt);
    bytes += more;
  }

  const distinct = [...upFront.values()];
  const kept = new Map<string, KeptPrompt>();
  let done = 0;
  const lengths = distinct.map(({ length }) => length - 1);
  for (const indices of bucketByTokens(lengths, batchTokens)) {
    const batch = indices.map(index => distinct[index]);
    for (const [i, row] of keysValues(model, batch, precision).entries()) kept.set(batch[i].join(), row);
    onProgress?.((done += batch.length), distinct.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }

  const recent = recentPrompts(model, precision, maxBytes * (1 - upFrontShare), () => copy);
  const find = (prompt: readonly number[]) => kept.get(prompt.join()) ?? recent(prompt);
  return {
    bytes,
    prefix: (prompts, layers) => batched(model, prompts.map(find), layers),
    dispose() {
      copy?.dispose();
      copy = undefined;
    },
  };
}

/**
 * A store that computes each prompt when it is first asked for, and keeps the most recent within half of the machine's
 * memory. `frozen` stays the caller's. Errors, when asked: those of `precomputePrompts`.
 */
export function promptsOnDemand(lm: CausalLm): PromptStore {
  let frozen: CausalLm | undefined = lm;
  const find = recentPrompts(lm, defaultPrecision, defaultMaxBytes(), () => frozen);
  return {
    bytes: 0,
    prefix: (prompts, layers) => batched(lm, prompts.map(find), layers),
    dispose() {
      frozen = undefined;
    },
  };
}

/** Finds a prompt among the most recent ones, or computes it with the LM that `reader` returns, one prompt a pass. */
function recentPrompts(
  model: CausalLm,
  precision: Precision,
  maxBytes: number,
  reader: () => CausalLm | undefined,
): (prompt: readonly number[]) => KeptPrompt {
  const perToken = bytesPerToken(model, precision);
  const recent = new Map<string, KeptPrompt>();
  let bytes = 0;
  return prompt => {
    const key = prompt.join();
    const found = recent.get(key);
    if (found) return found;
    const lm = reader();
    if (!lm)
      fail(
        model.name,
        `a prompt of ${prompt.length} tokens was not computed`,
        "Give every prompt to `precomputePrompts`.",
      );
    if (prompt.length < 2)
      fail(model.name, `a prompt has ${prompt.length} tokens`, "Give at least two, such as a start token first.");
    const [row] = keysValues(lm!, [prompt], precision);
    recent.set(key, row);
    bytes += perToken * row.length;
    for (const [oldest, { length }] of recent) {
      if (bytes <= maxBytes || oldest === key) break;
      recent.delete(oldest);
      bytes -= perToken * length;
    }
    return row;
  };
}

const bytesPerToken = ({ config }: CausalLm, precision: Precision): number =>
  2 * config.layers * config.keyValueHeads * config.headWidth * (precision === "float32" ? 4 : 2);

/** Prompts as one batch, padded on the right to the longest. */
function batched(
  { config: { keyValueHeads: J, headWidth: C, layers } }: CausalLm,
  rows: readonly KeptPrompt[],
  { from = 0, until = layers }: { from?: number; until?: number } = {},
): PrefixCache {
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
}

/** Keys and values of these prompts' tokens, the last one of each left out. */
function keysValues(model: CausalLm, prompts: readonly (readonly number[])[], precision: Precision): KeptPrompt[] {
  const { keyValueHeads: J, headWidth: C } = model.config;
  const { last, cache } = causalStates(
    model,
    prompts.map(prompt => prompt.slice(0, -1)),
  );
  last.dispose();
  const all = cache.layers.flatMap(({ keys, values }) => [keys, values]).map(x => x.dataSync() as Float32Array);
  const padded = cache.layers[0].keys.shape[1];
  disposeCache(cache);
  return prompts.map((prompt, b) => {
    const length = prompt.length - 1;
    return { length, parts: all.map(x => unpadded(x, { first: b * J, heads: J, padded, length, C }, precision)) };
  });
}

/** One prompt's rows of [B·J, P, C], without padding: [J, length, C]. */
function unpadded(
  numbers: Float32Array,
  { first, heads, padded, length, C }: Record<"first" | "heads" | "padded" | "length" | "C", number>,
  precision: Precision,
): KeptPrompt["parts"][number] {
  const out = new Float32Array(heads * length * C);
  for (let j = 0; j < heads; j++) {
    const start = (first + j) * padded * C;
    out.set(numbers.subarray(start, start + length * C), j * length * C);
  }
  return precision === "float32" ? out : encodeBF16(out);
}
