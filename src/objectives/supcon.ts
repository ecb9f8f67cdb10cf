import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { type Checks, checkOptions, tensor } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type ContrastiveOptions, contrastiveChecks, logOtherPartner } from "./log-partner";
import { checkWeights } from "./weights";

export interface SupconOptions extends ContrastiveOptions {
  /** How much each row counts as an anchor, the confidence of its pseudo-label, say; a constant. Default 1 for all. */
  weight_B?: tf.Tensor1D;
}

const supconChecks: Checks<SupconOptions> = { ...contrastiveChecks, weight_B: tensor };

/**
 * Supervised contrastive loss (Khosla et al. 2020, L_out): for each row that shares its label with another, the mean
 * over those of −log softmax of cos / temperature over all other rows; then the weighted mean over such rows. Gradients
 * go to z_BD. Default temperature 0.1, the paper's. No two rows of one label give NaN.
 *
 * Errors: an option out of its range; a weight that is negative or not a number.
 */
export function supcon(z_BD: tf.Tensor2D, label_B: tf.Tensor1D, options: SupconOptions = {}): tf.Scalar {
  checkOptions("supcon", options, supconChecks);
  const { temperature = 0.1, weight_B } = options;
  if (weight_B) checkWeights("supcon", "weight_B", weight_B);
  const { B } = checkAxes("supcon", { z_BD, label_B, ...(weight_B && { weight_B }) });
  return tf.tidy(() => {
    const same_BB = tf.cast(tf.equal(tf.expandDims(label_B, 1), label_B), "float32");
    const partner_BB = tf.sub(same_BB, tf.eye(B));
    const partners_B = tf.sum(partner_BB, 1);
    const loss_B = tf.div(
      tf.neg(tf.sum(tf.mul(partner_BB, logOtherPartner(z_BD, temperature)), 1)),
      tf.maximum(partners_B, 1),
    );
    const given_B = weight_B ? constant(weight_B) : tf.onesLike(partners_B);
    const anchor_B = tf.where(tf.greater(partners_B, 0), given_B, 0);
    return tf.div(tf.sum(tf.mul(anchor_B, loss_B)), tf.sum(anchor_B)) as tf.Scalar;
  });
}
