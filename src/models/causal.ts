// Forward passes of a decoder-only LM: whole sequences, prompts on a shared prefix, one token at a time.

import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../backend/native-ops";
import { fail } from "../core/errors";
import { lookUp } from "../core/gradients";
import { tidy } from "../core/tidy";
import { padRight } from "../text/batches";
import { type AttentionShape, causalBias, type LayerCache, sharedPrefixAttention } from "./attention";
import { rmsNorm, rotate, rotation, silu } from "./layers";
import type { Llama } from "./llama";

/** Keys and values of B prefixes in every layer. The owner disposes it. */
export interface PrefixCache {
  layers: LayerCache[];
  /** 0 on tokens, a large negative number on padding, for each of a row's X = B·J key/value heads. */
  bias_X1P: tf.Tensor3D;
  /** Tokens in each prefix. */
  lengths: number[];
}

/** Hidden states after the final norm, and, where asked for, the normed input of one layer. */
export interface Hidden {
  last: tf.Tensor3D;
  tapped?: tf.Tensor3D;
}

interface Pass {
  ids: number[][];
  lengths: number[];
  prompts: number;
  prefix?: PrefixCache;
  tap?: number;
  /** Stop at the tapped layer: nothing above it is computed, and `last` is the tapped state. */
  stopAtTap?: boolean;
  keep?: boolean;
}

/** Runs the trunk over B rows of N new tokens; a single row of ids serves all B rows of the prefix. */
function trunk(model: Llama, { ids, lengths, prompts, prefix, tap, stopAtTap, keep }: Pass) {
  const { config, layers, norm_D } = model;
  const { heads: H, keyValueHeads: J, headWidth: C, normEpsilon } = config;
  const [B, N] = [lengths.length, ids[0].length];
  const T = N / prompts;
  const furthest = Math.max(...lengths) + T;
  if (furthest > config.contextLength)
    fail(
      model.name,
      `${furthest} tokens exceed its context of ${config.contextLength}`,
      "Shorten the text or the prompt.",
    );
  return tidy(() => {
    const positions = lengths.map(length => Array.from({ length: N }, (_, n) => length + (n % T)));
    const turn = rotation(tf.tensor2d(positions, [B, N], "int32"), C, config.ropeBase);
    const causal = causalBias(T, H / J);
    const shape = { rows: B, prompts, tokens: T, heads: H, keyValueHeads: J, headWidth: C, causal };
    const embedded_ND = lookUp(model.embedding_VD, tf.tensor1d(ids.flat(), "int32")) as tf.Tensor2D;
    let x_ND = ids.length === B ? embedded_ND : (tf.tile(embedded_ND, [B, 1]) as tf.Tensor2D);
    const normed = () => tf.reshape(rmsNorm(x_ND, norm_D, normEpsilon), [B, N, -1]) as tf.Tensor3D;
    let tapped: tf.Tensor3D | undefined;
    const kept: LayerCache[] = [];
    for (const [i, layer] of layers.entries()) {
      if (i === tap) {
        tapped = normed();
        if (stopAtTap) return { last: tapped, tapped, kept };
      }
      const past = prefix && { ...prefix.layers[i], bias_X1P: prefix.bias_X1P };
      const before = x_ND;
      const [after, cache] = tidy(() => {
        const h = rmsNorm(before, layer.attentionNorm_D, normEpsilon);
        const queryKey = rotate(tf.reshape(dense(h, layer.queryKey, true), [B, N, H + J, C]) as tf.Tensor4D, turn);
        const [queries, keys] = tf.split(queryKey, [H, J], 2) as tf.Tensor4D[];
        const values = dense(h, layer.value, true);
        const mixed = sharedPrefixAttention(queries, keys, values, shape, past);
        const attended = tf.add(before, dense(mixed, layer.output, true)) as tf.Tensor2D;
        const g = rmsNorm(attended, layer.feedForwardNorm_D, normEpsilon);
        const gated = tf.mul(silu(dense(g, layer.gate, true)), dense(g, layer.up, true)) as tf.Tensor2D;
        const out = tf.add(attended, dense(gated, layer.down, true)) as tf.Tensor2D;
        const own = keep && { keys: headsFirst(keys, shape), values: headsFirst(values, shape) };
        return [out, own && (past ? appended(past, own) : own)] as const;
      });
      x_ND.dispose();
      x_ND = after;
      if (cache) kept.push(cache);
    }
    return { last: normed(), tapped, kept };
  });
}

const headsFirst = (x: tf.Tensor, { rows: B, tokens: T, keyValueHeads: J, headWidth: C }: AttentionShape) =>
  tf.reshape(tf.transpose(tf.reshape(x, [B, T, J, C]), [0, 2, 1, 3]), [B * J, T, C]) as tf.Tensor3D;
const appended = (past: LayerCache, own: LayerCache): LayerCache => ({
  keys: tf.concat([past.keys, own.keys], 1),
  values: tf.concat([past.values, own.values], 1),
});

/** 0 on the first `length` of P columns, −1e9 after, once for each key/value head: [B·J, 1, P]. */
function paddingBias(lengths: number[], columns: number, heads: number): tf.Tensor3D {
  const rows = lengths.map(length => Array.from({ length: columns }, (_, p) => (p < length ? 0 : -1e9)));
  return tf.tensor3d(rows.flatMap(row => Array(heads).fill(row)).flat(), [lengths.length * heads, 1, columns]);
}

/**
 * Hidden states [B, T, D] of whole sequences (right-padded to the longest; padding changes nothing before it) and,
 * with `keep`, the cache to continue from.
 *
 * Errors: an empty sequence; one longer than the model's context.
 */
export function encode(
  model: Llama,
  sequences: readonly (readonly number[])[],
  { keep = false, tap }: { keep?: boolean; tap?: number } = {},
): Hidden & { cache?: PrefixCache } {
  const { ids, lengths } = padRight(sequences);
  const empty = lengths.indexOf(0);
  if (lengths.length === 0 || empty >= 0)
    fail(
      model.name,
      lengths.length ? `sequence ${empty} has no token` : "there is no sequence",
      "Start each with a start token.",
    );
  const { last, tapped, kept } = trunk(model, { ids, lengths: lengths.map(() => 0), prompts: 1, tap, keep });
  if (!keep) return { last, tapped };
  return {
    last,
    tapped,
    cache: { layers: kept, bias_X1P: paddingBias(lengths, ids[0].length, model.config.keyValueHeads), lengths },
  };
}

/**
 * Hidden states of G prompts of T tokens each, continued from every one of the cache's B prefixes: [B, G·T, D], prompt g's
 * tokens at g·T … g·T+T−1. The prefixes are not computed again.
 */
export function encodePrompts(
  model: Llama,
  cache: PrefixCache,
  prompts: readonly (readonly number[])[],
  { tap, stopAtTap }: { tap?: number; stopAtTap?: boolean } = {},
): Hidden {
  if (prompts.length === 0) fail("encodePrompts", "there is no prompt", "Pass at least one.");
  const tokens = prompts[0].length;
  const uneven = prompts.findIndex(({ length }) => length !== tokens || length === 0);
  if (uneven >= 0)
    fail(
      "encodePrompts",
      tokens === 0
        ? "prompt 0 has no token"
        : `prompt ${uneven} has ${prompts[uneven].length} tokens, prompt 0 has ${tokens}`,
      "Pass prompts of one length, at least one token.",
    );
  const { last, tapped } = trunk(model, {
    ids: [prompts.flat()],
    lengths: cache.lengths,
    prompts: prompts.length,
    prefix: cache,
    tap,
    stopAtTap,
  });
  return { last, tapped };
}

/** One more token for each row: its hidden states [B, D] and the grown cache (the old one stays the caller's). */
export function encodeNext(
  model: Llama,
  cache: PrefixCache,
  ids: readonly number[],
): { last_BD: tf.Tensor2D; cache: PrefixCache } {
  const [last_BD, layers, bias_X1P] = tidy(() => {
    const rows = ids.map(id => [id]);
    const { last, kept } = trunk(model, { ids: rows, lengths: cache.lengths, prompts: 1, prefix: cache, keep: true });
    const bias = tf.concat([cache.bias_X1P, tf.zerosLike(tf.slice(cache.bias_X1P, [0, 0, 0], [-1, 1, 1]))], 2);
    return [tf.squeeze(last, [1]) as tf.Tensor2D, kept, bias] as const;
  });
  return { last_BD, cache: { layers, bias_X1P, lengths: cache.lengths.map(length => length + 1) } };
}

/** Each row's hidden state at its last real token, [B, D], from right-padded states [B, T, D]. */
export function lastStates(hidden_BTD: tf.Tensor3D, lengths: readonly number[]): tf.Tensor2D {
  const [, T, D] = hidden_BTD.shape;
  return tf.tidy(() => {
    const rows = lengths.map((length, b) => b * T + length - 1);
    return tf.gather(tf.reshape(hidden_BTD, [-1, D]), tf.tensor1d(rows, "int32")) as tf.Tensor2D;
  });
}

/** Logits over the vocabulary, [..., V], from hidden states [..., D]. */
export function logits<T extends tf.Tensor>(model: Llama, hidden: T): T {
  return tf.tidy(() => {
    const flat = tf.reshape(hidden, [-1, model.config.width]) as tf.Tensor2D;
    const scores = tf.matMul(flat, model.head_VD, false, true);
    return tf.reshape(scores, [...hidden.shape.slice(0, -1), model.head_VD.shape[0]]) as T;
  });
}

/** Frees a cache's tensors. */
export function disposeCache(cache: PrefixCache): void {
  tf.dispose([cache.bias_X1P, ...cache.layers.flatMap(({ keys, values }) => [keys, values])]);
}
