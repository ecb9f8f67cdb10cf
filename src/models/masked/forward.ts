// Forward passes of BERT and RoBERTa. Source: Devlin et al. 2019, arXiv:1810.04805; Liu et al. 2019, arXiv:1907.11692.

import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../../backend/native-ops";
import { fail } from "../../core/errors";
import type { Padded } from "../../text/batches";
import { type Model, project, rowsOf } from "../model";
import { activation } from "../parts/activations";
import { attend, joinHeads, splitHeads } from "../parts/attend";
import { paddingBias } from "../parts/attention";
import { checkBatch } from "../parts/check-batch";
import { layerNorm } from "../parts/layers";
import { contextLength, type MaskedConfig } from "./config";

/** A bidirectional encoder, with or without its masked-LM head. */
export type MaskedLm = Model<MaskedConfig>;

/** A padded batch for `maskedForward`. */
export interface MaskedInput extends Padded {
  /** [B][T], the segment of each token, from 0. Default: all 0. */
  typeIds?: number[][];
}

/**
 * Hidden states after the last layer, or after the first `layers` ones, [B, T, D]. The states at padding mean nothing.
 * As in Transformers, BERT counts positions from the first column, padding included, so pad on the right; RoBERTa
 * counts tokens only, and padding on either side changes nothing. Gradients go to all parameters that are variables.
 * The caller disposes the result.
 *
 * Errors: more tokens than the model's context; ids or token types out of range; a row without a token; `layers` out of
 * range.
 */
export function maskedForward(
  model: MaskedLm,
  input: MaskedInput,
  { layers = model.config.layers }: { layers?: number } = {},
): tf.Tensor3D {
  const { config } = model;
  const { family, heads: H, width: D } = config;
  const { ids, mask } = input;
  checkInput(model, input);
  if (!(Number.isInteger(layers) && layers >= 0 && layers <= config.layers))
    fail(model.name, `layers is ${layers}`, `Give a whole number from 0 to ${config.layers}.`);
  const [B, T] = [ids.length, ids[0].length];
  return tf.tidy(() => {
    const rows = (table: string, indices: readonly (readonly number[])[]) =>
      rowsOf(model, `${family}.embeddings.${table}.weight`, indices.flat());
    const typeIds = input.typeIds ?? ids.map(row => row.map(() => 0));
    const embedded = tf.add(
      tf.add(rows("word_embeddings", ids), rows("token_type_embeddings", typeIds)),
      rows("position_embeddings", positions(config, input)),
    );
    let x_ND = norm(model, `${family}.embeddings.LayerNorm`, embedded) as tf.Tensor2D;
    const bias_X1T = paddingBias(mask, H);
    for (let i = 0; i < layers; i++) {
      const before = x_ND;
      x_ND = tf.tidy(() => {
        const name = `${family}.encoder.layer.${i}`;
        const split = (part: string) => splitHeads(project(model, `${name}.attention.self.${part}`, before), B, H);
        const queries = tf.mul(split("query"), Math.sqrt(H / D)) as tf.Tensor3D;
        const mixed_ND = joinHeads(attend(queries, split("key"), split("value"), bias_X1T), B);
        const attended = tf.add(before, project(model, `${name}.attention.output.dense`, mixed_ND));
        const between_ND = norm(model, `${name}.attention.output.LayerNorm`, attended) as tf.Tensor2D;
        const wide_NF = activation(config.activation, project(model, `${name}.intermediate.dense`, between_ND));
        const out = tf.add(between_ND, project(model, `${name}.output.dense`, wide_NF));
        return norm(model, `${name}.output.LayerNorm`, out) as tf.Tensor2D;
      });
      before.dispose();
    }
    return tf.reshape(x_ND, [B, T, D]) as tf.Tensor3D;
  });
}

/**
 * The masked-LM head: states [..., D] → logits [..., V]. Where only masked tokens count, give it their states alone.
 * Gradients go to the states and to all parameters that are variables. The caller disposes the result. Errors: a model
 * without the head.
 */
export function maskedLogits<T extends tf.Tensor2D | tf.Tensor3D>(model: MaskedLm, states: T): T {
  const { config, weights } = model;
  const { head } = config;
  if (!head) return fail(model.name, "it has no masked-LM head", "Load a checkpoint that was saved with its head.");
  // RoBERTa's head has its own activation, whatever its layers use.
  const named = config.family === "bert" ? config.activation : "gelu";
  return tf.tidy(() => {
    const flat_ND = tf.reshape(states, [-1, config.width]) as tf.Tensor2D;
    const ready_ND = norm(model, head.norm, activation(named, project(model, head.dense, flat_ND)));
    const logits_NV = tf.add(dense(ready_ND, weights[head.weight] as tf.Tensor2D), weights[head.bias]);
    return tf.reshape(logits_NV, [...states.shape.slice(0, -1), config.vocabularySize] as [number, number]) as T;
  });
}

const norm = <T extends tf.Tensor>({ weights, config }: MaskedLm, name: string, x: T): T =>
  layerNorm(x, weights[`${name}.weight`] as tf.Tensor1D, weights[`${name}.bias`] as tf.Tensor1D, config.normEpsilon);

/** Indices into the table of positions, [B][T]. */
function positions({ family, padding }: MaskedConfig, { ids, mask }: MaskedInput): number[][] {
  if (family === "bert") return ids.map(row => row.map((_, t) => t));
  return ids.map((row, b) => {
    let tokens = 0;
    return row.map((id, t) => (mask[b][t] && id !== padding ? padding + ++tokens : padding));
  });
}

function checkInput({ name, config }: MaskedLm, input: MaskedInput): void {
  const { ids, typeIds } = input;
  checkBatch(name, input, config.vocabularySize);
  const [length, context] = [ids[0].length, contextLength(config)];
  if (length > context) fail(name, `${length} tokens exceed its context of ${context}`, "Shorten the text.");
  if (typeIds && !(typeIds.length === ids.length && typeIds.every(row => row.length === length)))
    fail(name, "typeIds and ids differ in shape", "Give one for each token.");
  const strange = typeIds?.flat().find(type => !(Number.isInteger(type) && type >= 0 && type < config.tokenTypes));
  if (strange !== undefined)
    fail(name, `a token type is ${strange}`, `The model's types are whole numbers below ${config.tokenTypes}.`);
}
