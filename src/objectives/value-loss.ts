import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { constant } from "../core/gradients";
import { masked, maskedMean } from "../core/masks";
import { above, type Checks, checkOptions, orInfinity } from "../core/options";
import { checkAxes } from "../core/shapes";

/** The predictions of a value function, and the returns: see `gae`. */
export interface Values {
  value_BT: tf.Tensor2D;
  return_BT: tf.Tensor2D;
  mask_BT: tf.Tensor2D;
  /** The values when the samples were drawn; needed with `clip`. */
  oldValue_BT?: tf.Tensor2D;
}

export interface ValueLossOptions {
  /** Clip range of the value around its old one. Default: not clipped. */
  clip?: number;
}

const valueLossChecks: Checks<ValueLossOptions> = { clip: orInfinity(above(0)) };

/**
 * Half the mean over all response tokens of (V − R)²; with `clip` of max((V − R)², (V_old + clip(V − V_old, ±c) − R)²),
 * as in PPO's first implementation. Gradients go to value_BT.
 *
 * Errors: an option out of its range; `clip` without oldValue_BT.
 */
export function valueLoss(values: Values, options: ValueLossOptions = {}): tf.Scalar {
  checkOptions("valueLoss", options, valueLossChecks);
  const { clip } = options;
  const { value_BT, return_BT, mask_BT, oldValue_BT } = values;
  checkAxes("valueLoss", { value_BT, return_BT, mask_BT, ...(oldValue_BT && { oldValue_BT }) });
  return tf.tidy(() => {
    const real_BT = masked(value_BT, mask_BT);
    const target_BT = masked(constant(return_BT), mask_BT);
    const squared = (x_BT: tf.Tensor) => tf.square(tf.sub(x_BT, target_BT)) as tf.Tensor2D;
    let loss_BT = squared(real_BT);
    if (clip !== undefined) {
      if (!oldValue_BT) fail("valueLoss", "there is no oldValue_BT to clip around", "Give the values of the sampling.");
      const old_BT = masked(constant(oldValue_BT), mask_BT);
      const near_BT: tf.Tensor2D = tf.add(old_BT, tf.clipByValue(tf.sub(real_BT, old_BT), -clip, clip));
      loss_BT = tf.maximum(loss_BT, squared(near_BT));
    }
    return tf.div(maskedMean(loss_BT, mask_BT), 2) as tf.Scalar;
  });
}
