// Small building blocks of layers. All are differentiable, in float32.

import type * as tf from "@tensorflow/tfjs-core";
import { gated } from "../../backend/gated";
import { normalized } from "../../backend/norm";

/** x / sqrt(mean(x²) + ε) · g over the last axis. Source: Zhang & Sennrich 2019, arXiv:1910.07467, Eq. 4. */
export const rmsNorm = <T extends tf.Tensor>(x: T, gain_D: tf.Tensor1D, epsilon: number): T =>
  normalized(x, gain_D, undefined, epsilon);

/**
 * (x − mean) / sqrt(variance + ε) · g + b over the last axis. Source: Ba et al. 2016, arXiv:1607.06450, Eq. 4.
 */
export const layerNorm = <T extends tf.Tensor>(x: T, gain_D: tf.Tensor1D, bias_D: tf.Tensor1D, epsilon: number): T =>
  normalized(x, gain_D, bias_D, epsilon);

/** x · sigmoid(x), elementwise. */
export const silu = <T extends tf.Tensor>(x: T): T => gated("silu", x);
