// Forward passes of a decoder-only LM: whole sequences, and prompts on a shared prefix.

import * as tf from "@tensorflow/tfjs-core";
import { hasKernels } from "../backend/call";
import { fusedAttention } from "../backend/fused-attention";
import { dense } from "../backend/native-ops";
import { fail } from "../core/errors";
import { lookUp } from "../core/gradients";
import { tidy } from "../core/tidy";
import { type Padded, padRight } from "../text/batches";
import {
  type AttentionShape,
  causalBias,
  hidden,
  type LayerCache,
  paddingBias,
  perPrompt,
  sharedPrefixAttention,
} from "./attention";
import type { Generator } from "./decoding";
import type { Architecture } from "./loading";
import { type Model, rowsOf } from "./model";

export interface CausalConfig {
  layers: number;
  width: number;
  heads: number;
  keyValueHeads: number;
  headWidth: number;
  vocabularySize: number;
  contextLength: number;
  endTokens: number[];
}

/** Queries [N, H·C], keys and values [N, J·C] to mixed values [N, H·C]. */
export type Attend = (queries: tf.Tensor2D, keys: tf.Tensor2D, values: tf.Tensor2D) => tf.Tensor2D;

/** A family of decoder-only LMs as files name it (`model_type`). */
export interface CausalArchitecture<C extends CausalConfig> extends Architecture<C> {
  family(config: C): CausalFamily;
}

/** What a family of decoder-only LMs does in its own way. */
export interface CausalFamily {
  /** The weights that make tokens into states and, where `head` is the same, states into logits. */
  embedding: string;
  head: string;
  /** Whether its projections are [in, out]. */
  inputsFirst?: boolean;
  /** Embeds B·N tokens at their positions [B][N], and gives the layers of this pass: states [B·N, D] to states. */
  begin(
    model: Model,
    ids: tf.Tensor1D,
    positions: readonly (readonly number[])[],
  ): { states: tf.Tensor2D; layer: (i: number, x_ND: tf.Tensor2D, attend: Attend) => tf.Tensor2D };
  finalNorm(model: Model, x_ND: tf.Tensor2D): tf.Tensor2D;
}

/** A decoder-only LM. */
export interface CausalLm extends Model<CausalConfig>, Generator {
  family: CausalFamily;
}

/** Keys and values of B prefixes in every layer. The owner disposes it. */
export interface PrefixCache {
  layers: LayerCache[];
  /** 0 on tokens, a large negative number on padding, for each of a row's X = B·J key/value heads. */
  bias_X1P: tf.Tensor3D;
  /** Tokens in each prefix, without padding: the position of what comes next. */
  lengths: number[];
}

/** Hidden states after the final norm, and, where asked for, the normed input of one layer. */
export interface Hidden {
  last: tf.Tensor3D;
  tapped?: tf.Tensor3D;
}

export interface Pass {
  /** [B][G·T], or one row that serves all B rows of the prefix. */
  ids: readonly (readonly number[])[];
  /** [B][G·T]. */
  positions: readonly (readonly number[])[];
  prompts: number;
  /** 0 on padding, where any of it stands before a token. Only without a prefix. */
  mask?: readonly (readonly number[])[];
  prefix?: PrefixCache;
  /** The prompts' own tokens before these, [B·J·G, S, C] in every layer. */
  own?: readonly LayerCache[];
  /** What the i-th layer does instead of attending to `prefix` and `own`. */
  attend?: (i: number) => Attend;
  tap?: number;
  /** Stop at the tapped layer: nothing above it is computed, and `last` is the tapped state. */
  stopAtTap?: boolean;
  keep?: boolean;
}

/** Runs the trunk over B rows of N new tokens. `kept`: the prompts' own keys and values, the earlier ones included. */
export function trunk(
  model: CausalLm,
  { ids, positions, prompts, mask, prefix, own, attend, tap, stopAtTap, keep }: Pass,
) {
  const { family, config } = model;
  const { heads: H, keyValueHeads: J, headWidth: C } = config;
  const [B, N] = [positions.length, positions[0].length];
  const T = N / prompts;
  const furthest = 1 + Math.max(...positions.map(row => Math.max(...row)));
  if (furthest > config.contextLength)
    fail(
      model.name,
      `${furthest} tokens exceed its context of ${config.contextLength}`,
      "Shorten the text or the prompt.",
    );
  return tidy(() => {
    const shape: AttentionShape = { rows: B, prompts, tokens: T, heads: H, keyValueHeads: J, headWidth: C };
    const fused = hasKernels() && !prefix && prompts === 1 && !own;
    const ownBias = fused ? columnBias(mask, B, N) : ownBiasOf(T, H / J, own, mask, J);
    const rows = ids.length === B ? ids.flat() : Array<readonly number[]>(B).fill(ids[0]).flat();
    const { states, layer } = family.begin(model, tf.tensor1d(rows, "int32"), positions);
    let x_ND = states;
    const normed = () => tf.reshape(family.finalNorm(model, x_ND), [B, N, -1]) as tf.Tensor3D;
    let tapped: tf.Tensor3D | undefined;
    const kept: LayerCache[] = [];
    for (let i = 0; i < config.layers; i++) {
      if (i === tap) {
        tapped = normed();
        if (stopAtTap) return { last: tapped, tapped, kept };
      }
      const before = x_ND;
      const [after, cache] = tidy(() => {
        let now: LayerCache | undefined;
        const attended = layer(i, before, (queries, keys, values) => {
          if (attend) return attend(i)(queries, keys, values);
          if (keep || !fused) now = { keys: perPrompt(keys, shape), values: perPrompt(values, shape) };
          if (fused)
            return fusedAttention(queries, keys, values, ownBias as tf.Tensor2D, {
              heads: H,
              keyValueHeads: J,
              causal: true,
            });
          if (own) now = appended(own[i], now!);
          return sharedPrefixAttention(
            queries,
            now!,
            ownBias,
            shape,
            prefix && { ...prefix.layers[i], bias_X1P: prefix.bias_X1P },
          );
        });
        return [attended, keep ? now : undefined] as const;
      });
      x_ND.dispose();
      x_ND = after;
      if (cache) kept.push(cache);
    }
    return { last: normed(), tapped, kept };
  });
}

/** 0 where a row's column is a token, a large negative number on padding: [B, N]. */
const columnBias = (mask: Pass["mask"], B: number, N: number): tf.Tensor2D =>
  tf.tensor2d(mask ? mask.flat().map(seen => (seen ? 0 : hidden)) : new Float32Array(B * N), [B, N]);

/** The same and what lies ahead of a token, in the form that `sharedPrefixAttention` takes. */
function ownBiasOf(T: number, R: number, own: Pass["own"], mask: Pass["mask"], J: number): tf.Tensor {
  const causal = causalBias(T, R, T + (own?.[0].keys.shape[1] ?? 0));
  return mask ? tf.add(causal, paddingBias(mask, J)) : causal;
}

const appended = (past: LayerCache, now: LayerCache): LayerCache => ({
  keys: tf.concat([past.keys, now.keys], 1),
  values: tf.concat([past.values, now.values], 1),
});

/**
 * Hidden states [B, T, D] of a padded batch, padding on either side. Where there is padding the states mean nothing.
 *
 * `positions` are those of the tokens in their rows, 0, 1, 2 …, unless given. Errors: a row longer than the model's context, or without a token.
 */
export function forward(
  model: CausalLm,
  { ids, mask }: Padded,
  { positions, tap }: { positions?: readonly (readonly number[])[]; tap?: number } = {},
): Hidden {
  const { last, tapped } = whole(model, { ids, mask }, { positions, tap });
  return { last, tapped };
}

function whole(
  model: CausalLm,
  { ids, mask }: Padded,
  more: Pick<Pass, "tap" | "keep"> & { positions?: Pass["positions"] },
) {
  const empty = mask.findIndex(row => !row.includes(1));
  if (mask.length === 0 || empty >= 0)
    fail(
      model.name,
      mask.length ? `sequence ${empty} has no token` : "there is no sequence",
      "Start each with a start token.",
    );
  const positions = more.positions ?? mask.map(placesOf);
  // Padding after the last token is out of sight of causal attention.
  const inSight = mask.some(row => row.indexOf(0) >= 0 && row.indexOf(0) < row.lastIndexOf(1));
  return trunk(model, { ...more, ids, positions, prompts: 1, mask: inSight ? mask : undefined });
}

/** 0, 1, 2 … along the tokens; padding repeats its neighbour's. */
function placesOf(mask: readonly number[]): number[] {
  let seen = 0;
  return mask.map(token => Math.max(0, (seen += token) - 1));
}

/**
 * Hidden states [B, T, D] of whole sequences (right-padded to the longest; padding changes nothing before it), with what `encodePrompts` continues from.
 *
 * Errors: an empty sequence; one longer than the model's context.
 */
export function encode(
  model: CausalLm,
  sequences: readonly (readonly number[])[],
  { tap }: { tap?: number } = {},
): Hidden & { cache: PrefixCache } {
  const { ids, mask } = padRight(sequences);
  const [hidden, layers, bias_X1P] = tidy(() => {
    const { kept, last, tapped } = whole(model, { ids, mask }, { tap, keep: true });
    return [{ last, tapped }, kept, paddingBias(mask, model.config.keyValueHeads)] as const;
  });
  return { ...hidden, cache: { layers, bias_X1P, lengths: sequences.map(({ length }) => length) } };
}

/**
 * Hidden states of G prompts of T tokens each, continued from every one of the cache's B prefixes: [B, G·T, D], prompt g's
 * tokens at g·T … g·T+T−1. The prefixes are not computed again.
 */
export function encodePrompts(
  model: CausalLm,
  cache: PrefixCache,
  prompts: readonly (readonly number[])[],
  { tap, stopAtTap }: Pick<Pass, "tap" | "stopAtTap"> = {},
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
  const places = prompts.flatMap(prompt => prompt.map((_, t) => t));
  const positions = cache.lengths.map(length => places.map(t => length + t));
  const { last, tapped } = trunk(model, {
    ids: [prompts.flat()],
    positions,
    prompts: prompts.length,
    prefix: cache,
    tap,
    stopAtTap,
  });
  return { last, tapped };
}

/** Each row's hidden state at its last real token, [B, D], from right-padded states [B, T, D]. */
export function lastStates(hidden_BTD: tf.Tensor3D, lengths: readonly number[]): tf.Tensor2D {
  const [, T, D] = hidden_BTD.shape;
  return tf.tidy(() => {
    const rows = lengths.map((length, b) => b * T + length - 1);
    return lookUp(tf.reshape(hidden_BTD, [-1, D]) as tf.Tensor2D, tf.tensor1d(rows, "int32")) as tf.Tensor2D;
  });
}

/** Logits over the vocabulary, [..., V], from hidden states [..., D]. */
export function logits<T extends tf.Tensor>(model: CausalLm, hidden: T): T {
  return tf.tidy(() => {
    const flat = tf.reshape(hidden, [-1, model.config.width]) as tf.Tensor2D;
    const scores = dense(flat, model.weights[model.family.head] as tf.Tensor2D);
    return tf.reshape(scores, [...hidden.shape.slice(0, -1), model.config.vocabularySize]) as T;
  });
}

/** The head's rows for these tokens, [n, D]: what their logits are products with. */
export const headRows = (model: CausalLm, ids: readonly number[]): tf.Tensor2D => rowsOf(model, model.family.head, ids);

/** Frees a cache's tensors. */
export function disposeCache(cache: PrefixCache): void {
  tf.dispose([cache.bias_X1P, ...cache.layers.flatMap(({ keys, values }) => [keys, values])]);
}
