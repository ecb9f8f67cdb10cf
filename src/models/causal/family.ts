// What a family of decoder-only LMs brings along: its configuration, its parameters' names, its embedding and layers.

import type * as tf from "@tensorflow/tfjs-core";
import type { Architecture } from "../loading";
import type { Model } from "../model";

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
