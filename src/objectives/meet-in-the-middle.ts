import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { masked, maskedMean } from "../core/masks";
import { atLeast, type Checks, checkOptions, oneOf } from "../core/options";
import { checkAxes } from "../core/shapes";

/** The logits of a left-to-right and a right-to-left LM for the same tokens: row t of both predicts token t. */
export interface TwoWays {
  forwardLogits_BTV: tf.Tensor3D;
  backwardLogits_BTV: tf.Tensor3D;
  ids_BT: tf.Tensor2D;
  mask_BT: tf.Tensor2D;
}

export interface MeetInTheMiddleOptions {
  /** The weight of the disagreement. Default 0.1. */
  disagreementWeight?: number;
  /** The mean over all tokens, or their sum. Default "tokens". */
  average?: "tokens" | "none";
}

const meetInTheMiddleChecks: Checks<MeetInTheMiddleOptions> = {
  disagreementWeight: atLeast(0),
  average: oneOf("tokens", "none"),
};

/**
 * Meet in the Middle (Nguyen et al. 2023, arXiv:2303.07295, pre-training): at each token −log p→(x_t) − log p←(x_t) + β
 * TV, with the total variation TV = ½ Σ_v |p→(v) − p←(v)|. Gradients go to both logits.
 *
 * Errors: an option out of its range.
 */
export function meetInTheMiddle(ways: TwoWays, options: MeetInTheMiddleOptions = {}): tf.Scalar {
  const { forwardLogits_BTV, backwardLogits_BTV, ids_BT, mask_BT } = ways;
  checkOptions("meetInTheMiddle", options, meetInTheMiddleChecks);
  const { disagreementWeight = 0.1, average = "tokens" } = options;
  checkAxes("meetInTheMiddle", { forwardLogits_BTV, backwardLogits_BTV, ids_BT, mask_BT });
  return tf.tidy(() => {
    const nll_BT = tf.add(tokenNll(forwardLogits_BTV, ids_BT), tokenNll(backwardLogits_BTV, ids_BT));
    const apart_BTV = tf.sub(tf.softmax(forwardLogits_BTV), tf.softmax(backwardLogits_BTV));
    // x·sign(x), because the gradient of tfjs's abs at 0 is −1.
    const variation_BT = tf.sum(tf.mul(apart_BTV, tf.sign(apart_BTV)), -1);
    const loss_BT = tf.add(nll_BT, tf.mul(disagreementWeight / 2, variation_BT)) as tf.Tensor2D;
    return average === "tokens" ? maskedMean(loss_BT, mask_BT) : tf.sum(masked(loss_BT, mask_BT));
  });
}
