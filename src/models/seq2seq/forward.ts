// Forward passes of T5. Source: Raffel et al. 2020, arXiv:1910.10683; v1.1: Shazeer 2020, arXiv:2002.05202.

import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../../backend/native-ops";
import { fail } from "../../core/errors";
import { tidy } from "../../core/tidy";
import type { Padded } from "../../text/batches";
import type { GenerativeModel } from "../decoding";
import { type Model, project, rowsOf } from "../model";
import { activation } from "../parts/activations";
import { attend, joinHeads, splitHeads } from "../parts/attend";
import { causalBias, type LayerCache, paddingBias } from "../parts/attention";
import { checkBatch } from "../parts/check-batch";
import { rmsNorm } from "../parts/layers";
import { relativeBucket } from "../parts/relative-positions";
import type { Seq2SeqConfig } from "./config";

/** An encoder–decoder LM. */
export interface Seq2SeqLm extends Model<Seq2SeqConfig>, GenerativeModel {}

/** An encoded source, to which the decoder attends. The caller disposes `states_BSD`. */
export interface Source {
  /** The encoder's states after its final norm. */
  states_BSD: tf.Tensor3D;
  /** [B][S], 1 on tokens, 0 on padding. */
  mask: Padded["mask"];
}

/** Attention of the decoder's layer i: from queries, keys and values [N, H·C] to weighted values [N, H·C]. */
export interface DecoderAttention {
  /** `now`, if given: the keys and values to continue from, which outlive the layer. */
  self(
    i: number,
    queries: tf.Tensor2D,
    keys: tf.Tensor2D,
    values: tf.Tensor2D,
  ): { mixed: tf.Tensor2D; now?: LayerCache };
  /** To the source's keys and values. */
  cross(i: number, queries: tf.Tensor2D): tf.Tensor2D;
}

/**
 * Runs the encoder over sources of token ids, [B][S]. Padding may be on either side and changes no token's states.
 * Gradients go to all parameters that are variables. Errors: ids out of range; a row without a token.
 */
export function encodeSource(model: Seq2SeqLm, { ids, mask }: Padded): Source {
  const { config } = model;
  checkBatch(model.name, { ids, mask }, config.vocabularySize);
  const [B, S] = [ids.length, ids[0].length];
  const states_BSD = tf.tidy(() => {
    const bias_XSS = selfBias(relativeBias(model, "encoder", S, S), mask);
    let x_ND = embed(model, ids.flat());
    for (let i = 0; i < config.encoderLayers; i++) {
      const before = x_ND;
      x_ND = tf.tidy(() => {
        const block = `encoder.block.${i}.layer`;
        const between = withSelfAttention(model, block, before, (q, k, v) => mixed(config, B, bias_XSS, q, k, v));
        return withFeedForward(model, `${block}.1`, between);
      });
      before.dispose();
    }
    return tf.reshape(norm(model, "encoder.final_layer_norm", x_ND), [B, S, -1]) as tf.Tensor3D;
  });
  return { states_BSD, mask };
}

/**
 * Runs the decoder over targets of token ids, [B][T], one for each source: states [B, T, D] after the final norm, from
 * which `seq2seqLogits` predicts each next token. A target begins with the model's start token. Padding may be on
 * either side; without a mask there is none. Gradients go to all parameters that are variables and to the source's
 * states. The caller disposes the result. Errors: ids out of range; a row without a token; another number of targets
 * than of sources.
 */
export function decodeTarget(
  model: Seq2SeqLm,
  { states_BSD, mask: sourceMask }: Source,
  { ids, mask = ids.map(row => row.map(() => 1)) }: Pick<Padded, "ids"> & Partial<Padded>,
): tf.Tensor3D {
  const { config } = model;
  checkBatch(model.name, { ids, mask }, config.vocabularySize);
  if (ids.length !== sourceMask.length)
    fail(model.name, `there are ${ids.length} targets for ${sourceMask.length} sources`, "Give one for each source.");
  const [B, T] = [ids.length, ids[0].length];
  return tf.tidy(() => {
    const flat_ND = tf.reshape(states_BSD, [-1, config.width]) as tf.Tensor2D;
    const relative_HTT = tf.add(relativeBias(model, "decoder", T, T), causalBias(T, 1)) as tf.Tensor3D;
    const bias_XTT = selfBias(relative_HTT, mask);
    const bias_X1S = paddingBias(sourceMask, config.heads);
    const { states_ND } = decoderLayers(model, embed(model, ids.flat()), {
      self: (_, q, k, v) => ({ mixed: mixed(config, B, bias_XTT, q, k, v) }),
      cross: (i, q) => mixed(config, B, bias_X1S, q, ...sourceKeysValues(model, flat_ND, i)),
    });
    return tf.reshape(states_ND, [B, T, -1]) as tf.Tensor3D;
  });
}

/**
 * Runs the decoder's layers and final norm on embedded tokens [N, D]. `kept`: the `now` of each layer's self-attention.
 */
export function decoderLayers(
  model: Seq2SeqLm,
  embedded_ND: tf.Tensor2D,
  attention: DecoderAttention,
): { states_ND: tf.Tensor2D; kept: LayerCache[] } {
  return tidy(() => {
    let x_ND = embedded_ND;
    const kept: LayerCache[] = [];
    for (let i = 0; i < model.config.decoderLayers; i++) {
      const block = `decoder.block.${i}.layer`;
      const before = x_ND;
      const layer = tidy(() => {
        let now: LayerCache | undefined;
        const own = withSelfAttention(model, block, before, (q, k, v) => {
          const found = attention.self(i, q, k, v);
          now = found.now;
          return found.mixed;
        });
        const name = `${block}.1.EncDecAttention`;
        const queries = project(model, `${name}.q`, norm(model, `${block}.1.layer_norm`, own));
        const both = tf.add(own, project(model, `${name}.o`, attention.cross(i, queries))) as tf.Tensor2D;
        return { after: withFeedForward(model, `${block}.2`, both), now };
      });
      if (i > 0) before.dispose();
      x_ND = layer.after;
      if (layer.now) kept.push(layer.now);
    }
    return { states_ND: norm(model, "decoder.final_layer_norm", x_ND), kept };
  });
}

/** Keys and values [B·S, H·C] of the source's states [B·S, D] for layer i of the decoder. */
export function sourceKeysValues(model: Seq2SeqLm, states_ND: tf.Tensor2D, i: number): [tf.Tensor2D, tf.Tensor2D] {
  const name = `decoder.block.${i}.layer.1.EncDecAttention`;
  return [project(model, `${name}.k`, states_ND), project(model, `${name}.v`, states_ND)];
}

/** Logits over the vocabulary, [..., V], from the decoder's states [..., D]. The caller disposes them. */
export function seq2seqLogits<T extends tf.Tensor2D | tf.Tensor3D>({ config, weights }: Seq2SeqLm, states: T): T {
  const { width: D, vocabularySize: V } = config;
  return tf.tidy(() => {
    const flat_ND = tf.reshape(states, [-1, D]) as tf.Tensor2D;
    const scaled_ND = config.scaledHead ? (tf.mul(flat_ND, 1 / Math.sqrt(D)) as tf.Tensor2D) : flat_ND;
    const logits_NV = dense(scaled_ND, (weights["lm_head.weight"] ?? weights["shared.weight"]) as tf.Tensor2D);
    return tf.reshape(logits_NV, [...states.shape.slice(0, -1), V] as [number, number]) as T;
  });
}

/** Embedded tokens, [N, D]. */
export const embed = (model: Seq2SeqLm, ids: readonly number[]): tf.Tensor2D => rowsOf(model, "shared.weight", ids);

/**
 * The bias of relative positions, which all layers of a stack share, for the last `queries` of `keys` positions: [H, T,
 * S].
 */
export function relativeBias(
  model: Seq2SeqLm,
  stack: "encoder" | "decoder",
  queries: number,
  keys: number,
): tf.Tensor3D {
  const { buckets, maxDistance, heads: H } = model.config;
  const find = { buckets, maxDistance, bothWays: stack === "encoder" };
  const indices = new Int32Array(queries * keys);
  for (let t = 0; t < queries; t++)
    for (let s = 0; s < keys; s++) indices[t * keys + s] = relativeBucket(s - (keys - queries + t), find);
  const table = `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
  return tf.tidy(() => {
    const bias_TSH = tf.reshape(rowsOf(model, table, tf.tensor1d(indices, "int32")), [queries, keys, H]);
    return tf.transpose(bias_TSH, [2, 0, 1]) as tf.Tensor3D;
  });
}

/** The bias [H, T, T] of every row, with padding masked: [B·H, T, T]. */
function selfBias(relative_HTT: tf.Tensor3D, mask: Padded["mask"]): tf.Tensor3D {
  const [H, T] = relative_HTT.shape;
  return tf.tidy(() => {
    const hidden_B11T = tf.expandDims(paddingBias(mask, 1), 1);
    return tf.reshape(tf.add(relative_HTT, hidden_B11T), [mask.length * H, T, T]) as tf.Tensor3D;
  });
}

/** Attention with B rows: queries, keys and values [N, H·C] to weighted values [N, H·C]. */
function mixed(
  { heads: H }: Seq2SeqConfig,
  rows: number,
  bias: tf.Tensor,
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  values: tf.Tensor2D,
): tf.Tensor2D {
  const [q, k, v] = [queries, keys, values].map(x => splitHeads(x, rows, H));
  return joinHeads(attend(q, k, v, bias), rows);
}

function withSelfAttention(
  model: Seq2SeqLm,
  block: string,
  x_ND: tf.Tensor2D,
  mix: (queries: tf.Tensor2D, keys: tf.Tensor2D, values: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D {
  const name = `${block}.0.SelfAttention`;
  const h_ND = norm(model, `${block}.0.layer_norm`, x_ND);
  const [q, k, v] = ["q", "k", "v"].map(way => project(model, `${name}.${way}`, h_ND));
  return tf.add(x_ND, project(model, `${name}.o`, mix(q, k, v)));
}

function withFeedForward(model: Seq2SeqLm, block: string, x_ND: tf.Tensor2D): tf.Tensor2D {
  const { activation: named, gated } = model.config;
  const name = `${block}.DenseReluDense`;
  const h_ND = norm(model, `${block}.layer_norm`, x_ND);
  const wide_NF = gated
    ? tf.mul(activation(named, project(model, `${name}.wi_0`, h_ND)), project(model, `${name}.wi_1`, h_ND))
    : activation(named, project(model, `${name}.wi`, h_ND));
  return tf.add(x_ND, project(model, `${name}.wo`, wide_NF as tf.Tensor2D));
}

const norm = ({ weights, config }: Seq2SeqLm, name: string, x_ND: tf.Tensor2D): tf.Tensor2D =>
  rmsNorm(x_ND, weights[`${name}.weight`] as tf.Tensor1D, config.normEpsilon);
