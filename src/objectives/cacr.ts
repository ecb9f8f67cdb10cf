import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { above, atLeast, type Checks, checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";
import { logPartner } from "./log-partner";

/** Two views of the same texts: their class logits and their vectors. */
export interface TwoViews {
  logitsA_BC: tf.Tensor2D;
  logitsB_BC: tf.Tensor2D;
  label_B: tf.Tensor1D;
  zA_BD: tf.Tensor2D;
  zB_BD: tf.Tensor2D;
}

export interface CacrOptions {
  /** The weight of the disagreement of the two views' classes. Default 1. */
  consistency?: number;
  /** The weight of the contrastive term. Default 0.5. */
  contrast?: number;
  /** Cosines are divided by it. Default 0.1. */
  temperature?: number;
}

const cacrChecks: Checks<CacrOptions> = { consistency: atLeast(0), contrast: atLeast(0), temperature: above(0) };

/**
 * Contrastive-consistency regularization of a classifier, in its usual form: the mean cross entropy of both views, plus
 * α times their mean symmetric KL, ½ [KL(p_a ‖ p_b) + KL(p_b ‖ p_a)] (R-Drop, Liang et al. 2021), plus γ times the mean
 * InfoNCE (van den Oord et al. 2018) both ways, the other view of a text being its partner. Gradients go through both
 * views.
 *
 * Errors: an option out of its range.
 */
export function cacr(views: TwoViews, options: CacrOptions = {}): tf.Scalar {
  checkOptions("cacr", options, cacrChecks);
  const { consistency = 1, contrast = 0.5, temperature = 0.1 } = options;
  const { logitsA_BC, logitsB_BC, label_B, zA_BD, zB_BD } = views;
  checkAxes("cacr", { logitsA_BC, logitsB_BC, label_B, zA_BD, zB_BD });
  return tf.tidy(() => {
    const label_B1 = tf.expandDims(label_B, 1) as tf.Tensor2D;
    const nll = (logits_BC: tf.Tensor2D) => tf.mean(tokenNll(tf.expandDims(logits_BC, 1) as tf.Tensor3D, label_B1));
    const both = tf.div(tf.add(nll(logitsA_BC), nll(logitsB_BC)), 2);
    const paired = tf.div(tf.add(infoNce(zA_BD, zB_BD, temperature), infoNce(zB_BD, zA_BD, temperature)), 2);
    const drift = tf.mul(consistency, symmetricKl(logitsA_BC, logitsB_BC));
    return tf.addN([both, drift, tf.mul(contrast, paired)]) as tf.Scalar;
  });
}

/** Mean over rows of ½ Σ_c (p_a − p_b) (log p_a − log p_b). */
function symmetricKl(a_BC: tf.Tensor2D, b_BC: tf.Tensor2D): tf.Tensor {
  const apart_BC = tf.sub(tf.softmax(a_BC), tf.softmax(b_BC));
  return tf.div(tf.mean(tf.sum(tf.mul(apart_BC, tf.sub(tf.logSoftmax(a_BC), tf.logSoftmax(b_BC))), 1)), 2);
}

/** Mean over rows of −log of the probability of its partner, the row of the same index. */
function infoNce(from_BD: tf.Tensor2D, to_BD: tf.Tensor2D, temperature: number): tf.Tensor {
  const B = from_BD.shape[0];
  return tf.neg(tf.div(tf.sum(tf.mul(logPartner(from_BD, to_BD, temperature), tf.eye(B))), B));
}
