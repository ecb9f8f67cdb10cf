// Forward passes of a decoder-only LM: whole sequences, and prompts on a shared prefix.

import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../../backend/native-ops";
import { fail } from "../../core/errors";
import { lookUp } from "../../core/gradients";
import { tidy } from "../../core/tidy";
import { type Padded, padRight } from "../../text/batches";
import type { GenerativeModel } from "../decoding";
import { type Model, rowsOf } from "../model";
import { paddingBias } from "../parts/attention";
import type { CausalConfig, CausalFamily } from "./family";
import { type Pass, type PrefixCache, trunk } from "./trunk";

/** A decoder-only LM. */
export interface CausalLm extends Model<CausalConfig>, GenerativeModel {
  family: CausalFamily;
}

/** Hidden states after the final norm, and, where asked for, the normed input of one layer. */
export interface Hidden {
  last: tf.Tensor3D;
  tapped?: tf.Tensor3D;
}

/**
 * Hidden states [B, T, D] of a padded batch, padding on either side. Where there is padding the states mean nothing.
 *
 * `positions` are those of the tokens in their rows, 0, 1, 2 …, unless given. Errors: a row longer than the model's context, or without a token.
 */
export function causalForward(
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
export function causalStates(
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
export function causalPromptStates(
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
export function causalLogits<T extends tf.Tensor>(model: CausalLm, hidden: T): T {
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
