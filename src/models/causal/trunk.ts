// The trunk of a decoder-only LM: its layers over new tokens, which attend to each other and to cached earlier tokens.

import * as tf from "@tensorflow/tfjs-core";
import { hasKernels } from "../../backend/call";
import { fusedAttention } from "../../backend/fused-attention";
import { fail } from "../../core/errors";
import { tidy } from "../../core/tidy";
import type { Model } from "../model";
import {
  type AttentionShape,
  causalBias,
  hidden,
  type LayerCache,
  paddingBias,
  perPrompt,
  sharedPrefixAttention,
} from "../parts/attention";
import type { Attend, CausalConfig, CausalFamily } from "./family";

/** Keys and values of B prefixes. The owner disposes it. */
export interface PrefixCache {
  /** By layer; only the layers that a pass runs need to be there. */
  layers: LayerCache[];
  /** 0 on tokens, a large negative number on padding, for each of the X = B·J key/value heads. */
  bias_X1P: tf.Tensor3D;
  /** Tokens in each prefix, without padding: the position of the token that follows. */
  lengths: number[];
}

/** What the trunk runs over: B rows of G prompts with T new tokens each. */
export interface Pass {
  /** [B][G·T], or one row for all B prefixes. */
  ids: readonly (readonly number[])[];
  /** [B][G·T]. */
  positions: readonly (readonly number[])[];
  /** G. */
  prompts: number;
  /** 1 on tokens, 0 on padding, where any padding precedes a token. Only without a prefix. */
  mask?: readonly (readonly number[])[];
  /** Earlier tokens that the G prompts of a row share. */
  prefix?: PrefixCache;
  /** Earlier tokens of each prompt, [B·J·G, S, C] in every layer. */
  own?: readonly LayerCache[];
  /** The attention of the i-th layer, instead of that to `prefix` and `own`. */
  attend?: (i: number) => Attend;
  /** Also return the normed input of this layer, as `captured`. */
  captureLayer?: number;
  /** Stop at `captureLayer`: nothing from it on is computed, and `last` is `captured`. */
  stopAtCapture?: boolean;
  /** Return the prompts' own keys and values of every layer, as `kept`. */
  keep?: boolean;
  /** Begin at this layer, with the states [B·N, D] that go into it. */
  from?: { layer: number; states_ND: tf.Tensor2D };
  /** End before this layer: `last` is what goes into it, without the final norm. */
  until?: number;
}

/**
 * Runs the trunk over B rows of N = G·T new tokens. Returns `last` and `captured`, [B, N, D], and `kept`: the prompts'
 * own keys and values, earlier ones included, one entry a layer. Errors: a position beyond the model's context.
 */
export function trunk(
  model: Model<CausalConfig> & { family: CausalFamily },
  { ids, positions, prompts, mask, prefix, own, attend, captureLayer, stopAtCapture, keep, from, until }: Pass,
) {
  const { family, config } = model;
  const { heads: H, keyValueHeads: J, headWidth: C } = config;
  const [B, N] = [positions.length, positions[0].length];
  const T = N / prompts;
  const length = 1 + Math.max(...positions.map(row => Math.max(...row)));
  if (length > config.contextLength)
    fail(
      model.name,
      `${length} tokens exceed its context of ${config.contextLength}`,
      "Shorten the text or the prompt.",
    );
  return tidy(() => {
    const shape: AttentionShape = { rows: B, prompts, tokens: T, heads: H, keyValueHeads: J, headWidth: C };
    const fused = hasKernels() && !prefix && prompts === 1 && !own;
    const ownBias = fused ? columnBias(mask, B, N) : ownBiasOf(T, H / J, own, mask, J);
    const rows = ids.length === B ? ids.flat() : Array<readonly number[]>(B).fill(ids[0]).flat();
    const { states, layer } = family.begin(model, tf.tensor1d(rows, "int32"), positions);
    let x_ND = from ? (tf.clone(from.states_ND) as tf.Tensor2D) : states;
    const normed = () => tf.reshape(family.finalNorm(model, x_ND), [B, N, -1]) as tf.Tensor3D;
    let captured: tf.Tensor3D | undefined;
    const kept: LayerCache[] = [];
    for (let i = from?.layer ?? 0; i < (until ?? config.layers); i++) {
      if (i === captureLayer) {
        captured = normed();
        if (stopAtCapture) return { last: captured, captured, kept };
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
    const last = until === undefined ? normed() : (tf.reshape(x_ND, [B, N, -1]) as tf.Tensor3D);
    return { last, captured, kept };
  });
}

/** 0 on tokens, a large negative number on padding: [B, N]. */
const columnBias = (mask: Pass["mask"], B: number, N: number): tf.Tensor2D =>
  tf.tensor2d(mask ? mask.flat().map(seen => (seen ? 0 : hidden)) : new Float32Array(B * N), [B, N]);

/** Causal and padding bias in the shape that `sharedPrefixAttention` takes. */
function ownBiasOf(T: number, R: number, own: Pass["own"], mask: Pass["mask"], J: number): tf.Tensor {
  const causal = causalBias(T, R, T + (own?.[0].keys.shape[1] ?? 0));
  return mask ? tf.add(causal, paddingBias(mask, J)) : causal;
}

const appended = (past: LayerCache, now: LayerCache): LayerCache => ({
  keys: tf.concat([past.keys, now.keys], 1),
  values: tf.concat([past.values, now.values], 1),
});
