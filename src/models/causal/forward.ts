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
  /** The mathematics of its family. */
  family: CausalFamily;
}

/** Hidden states [B, T, D]. The caller disposes them. */
export interface Hidden {
  /** After the last layer and the final norm. */
  last: tf.Tensor3D;
  /** What goes into layer `captureLayer`, after the final norm, where one was asked for. */
  captured?: tf.Tensor3D;
}

/**
 * Hidden states of a padded batch, [B, T, D]. Padding may be on either side; the states at padding mean nothing.
 * Gradients go to all parameters that are variables.
 *
 * `positions` [B][T] are those of the tokens; default: 0, 1, 2, … along the tokens of each row. `captureLayer`, counted
 * from 0, also returns the states that go into that layer. Errors: a row longer than the model's context, or without a
 * token.
 */
export function causalForward(
  model: CausalLm,
  { ids, mask }: Padded,
  { positions, captureLayer }: { positions?: readonly (readonly number[])[]; captureLayer?: number } = {},
): Hidden {
  const { last, captured } = runWhole(model, { ids, mask }, { positions, captureLayer });
  return { last, captured };
}

function runWhole(
  model: CausalLm,
  { ids, mask }: Padded,
  more: Pick<Pass, "captureLayer" | "keep"> & { positions?: Pass["positions"] },
) {
  const empty = mask.findIndex(row => !row.includes(1));
  if (mask.length === 0 || empty >= 0)
    fail(
      model.name,
      mask.length ? `sequence ${empty} has no token` : "there is no sequence",
      "Start each with a start token.",
    );
  const positions = more.positions ?? mask.map(positionsOf);
  // Causal attention does not reach padding after the last token.
  const paddedBefore = mask.some(row => row.indexOf(0) >= 0 && row.indexOf(0) < row.lastIndexOf(1));
  return trunk(model, { ...more, ids, positions, prompts: 1, mask: paddedBefore ? mask : undefined });
}

/** 0, 1, 2, … along the tokens; padding repeats the position before it. */
function positionsOf(mask: readonly number[]): number[] {
  let seen = 0;
  return mask.map(token => Math.max(0, (seen += token) - 1));
}

/**
 * Hidden states [B, T, D] of whole sequences of token ids, right-padded to the longest (padding changes no token's
 * states), and the cache that `causalPromptStates` continues from. The caller disposes both (`disposeCache`).
 * `captureLayer` as in `causalForward`.
 *
 * Errors: an empty sequence; one longer than the model's context.
 */
export function causalStates(
  model: CausalLm,
  sequences: readonly (readonly number[])[],
  { captureLayer }: { captureLayer?: number } = {},
): Hidden & { cache: PrefixCache } {
  const { ids, mask } = padRight(sequences);
  const [hidden, layers, bias_X1P] = tidy(() => {
    const { kept, last, captured } = runWhole(model, { ids, mask }, { captureLayer, keep: true });
    return [{ last, captured }, kept, paddingBias(mask, model.config.keyValueHeads)] as const;
  });
  return { ...hidden, cache: { layers, bias_X1P, lengths: sequences.map(({ length }) => length) } };
}

/**
 * Hidden states of G prompts of T tokens each, continued from every one of the cache's B prefixes: [B, G·T, D], those
 * of prompt g at g·T … g·T + T − 1. The prefixes are not computed again. `captureLayer` as in `causalForward`; with
 * `stopAtCapture` no layer from it on is computed, and `last` is `captured`.
 *
 * Errors: no prompt, an empty one, or prompts of different lengths; more tokens than the model's context.
 */
export function causalPromptStates(
  model: CausalLm,
  cache: PrefixCache,
  prompts: readonly (readonly number[])[],
  { captureLayer, stopAtCapture }: Pick<Pass, "captureLayer" | "stopAtCapture"> = {},
): Hidden {
  if (prompts.length === 0) fail("causalPromptStates", "there is no prompt", "Pass at least one.");
  const tokens = prompts[0].length;
  const uneven = prompts.findIndex(({ length }) => length !== tokens || length === 0);
  if (uneven >= 0)
    fail(
      "causalPromptStates",
      tokens === 0
        ? "prompt 0 has no token"
        : `prompt ${uneven} has ${prompts[uneven].length} tokens, prompt 0 has ${tokens}`,
      "Pass prompts of one length, at least one token.",
    );
  const offsets = prompts.flatMap(prompt => prompt.map((_, t) => t));
  const positions = cache.lengths.map(length => offsets.map(t => length + t));
  const { last, captured } = trunk(model, {
    ids: [prompts.flat()],
    positions,
    prompts: prompts.length,
    prefix: cache,
    captureLayer,
    stopAtCapture,
  });
  return { last, captured };
}

/** Each row's hidden state at its last token, [B, D], from right-padded states [B, T, D]. */
export function lastStates(hidden_BTD: tf.Tensor3D, lengths: readonly number[]): tf.Tensor2D {
  const [, T, D] = hidden_BTD.shape;
  return tf.tidy(() => {
    const rows = lengths.map((length, b) => b * T + length - 1);
    return lookUp(tf.reshape(hidden_BTD, [-1, D]) as tf.Tensor2D, tf.tensor1d(rows, "int32")) as tf.Tensor2D;
  });
}

/** Logits over the vocabulary, [..., V], from last hidden states [..., D]. The caller disposes them. */
export function causalLogits<T extends tf.Tensor>(model: CausalLm, hidden: T): T {
  return tf.tidy(() => {
    const flat = tf.reshape(hidden, [-1, model.config.width]) as tf.Tensor2D;
    const scores = dense(flat, model.weights[model.family.head] as tf.Tensor2D);
    return tf.reshape(scores, [...hidden.shape.slice(0, -1), model.config.vocabularySize]) as T;
  });
}

/** The output head's rows of n tokens, [n, D]: a token's logit is the product of its row with the last state. */
export const headRows = (model: CausalLm, ids: readonly number[]): tf.Tensor2D => rowsOf(model, model.family.head, ids);

/** Frees a cache's tensors. */
export function disposeCache(cache: PrefixCache): void {
  tf.dispose([cache.bias_X1P, ...cache.layers.flatMap(({ keys, values }) => [keys, values])]);
}
