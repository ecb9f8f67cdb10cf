// What a family of decoder-only LMs defines: its configuration, parameter names, embedding and layers.

import type * as tf from "@tensorflow/tfjs-core";
import type { Architecture } from "../loading";
import type { Model } from "../model";

/** The configuration that all families of decoder-only LMs have. */
export interface CausalConfig {
  /** L. */
  layers: number;
  /** Of hidden states, D. */
  width: number;
  /** Query heads, H. */
  heads: number;
  /** J, which divides H: each serves H / J query heads. */
  keyValueHeads: number;
  /** C. */
  headWidth: number;
  /** V. */
  vocabularySize: number;
  /** Upper bound on the tokens of a sequence. */
  contextLength: number;
  /** Tokens that end a sequence. */
  endTokens: number[];
}

/** Attention: queries [N, H·C], keys and values [N, J·C] → weighted values [N, H·C]. */
export type Attend = (queries: tf.Tensor2D, keys: tf.Tensor2D, values: tf.Tensor2D) => tf.Tensor2D;

/** A family of decoder-only LMs with its files, listed under its `model_type`. */
export interface CausalArchitecture<C extends CausalConfig> extends Architecture<C> {
  family(config: C): CausalFamily;
}

/** The mathematics of a family of decoder-only LMs. */
export interface CausalFamily {
  /** The weight with the token embeddings, [V, D]. */
  embedding: string;
  /** The weight of the output head, [V, D]; the same as `embedding` where they are tied. */
  head: string;
  /** Whether its projections are stored as [in, out]. */
  inputsFirst?: boolean;
  /**
   * Embeds B·N tokens at their positions [B][N] and returns the layers of this pass, each from states [B·N, D] to
   * states.
   */
  begin(
    model: Model,
    ids: tf.Tensor1D,
    positions: readonly (readonly number[])[],
  ): { states: tf.Tensor2D; layer: (i: number, x_ND: tf.Tensor2D, attend: Attend) => tf.Tensor2D };
  /** The norm after the last layer, [N, D] → [N, D]. */
  finalNorm(model: Model, x_ND: tf.Tensor2D): tf.Tensor2D;
}
