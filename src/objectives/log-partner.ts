import * as tf from "@tensorflow/tfjs-core";
import { cosines } from "../core/cosine";
import { above, type Checks } from "../core/options";

export interface ContrastiveOptions {
  /** Cosines are divided by it. Default 1. */
  temperature?: number;
}

export const contrastiveChecks: Checks<ContrastiveOptions> = { temperature: above(0) };

/** log softmax over the keys of cos(query, key) / temperature, [B,N]. */
export const logPartner = (query_BD: tf.Tensor2D, key_ND: tf.Tensor2D, temperature: number): tf.Tensor2D =>
  tf.tidy(() => tf.logSoftmax(tf.div(cosines(query_BD, key_ND), temperature) as tf.Tensor2D));

/** The same among the queries, [B,B], where none is its own partner. */
export const logOtherPartner = (query_BD: tf.Tensor2D, temperature: number): tf.Tensor2D =>
  tf.tidy(() => {
    const self_BB = tf.cast(tf.eye(query_BD.shape[0]), "bool");
    // Finite, for 0 · −∞ is NaN.
    const score_BB = tf.where(self_BB, -1e9, tf.div(cosines(query_BD, query_BD), temperature));
    return tf.logSoftmax(score_BB as tf.Tensor2D);
  });
