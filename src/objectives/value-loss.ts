import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { masked, maskedMean } from "../core/masks";
import { above, type Checks, checkOptions, orInfinity } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type Objective, type OptionalField, required } from "./objective";

export interface ValueLossOptions {
  /** Clip range of the value around its old one; Infinity does not clip. Default Infinity. */
  clip?: number;
}

const valueLossChecks: Checks<ValueLossOptions> = { clip: orInfinity(above(0)) };

/**
 * What a value head learns from: half the mean over all response tokens of (V − R)², R being the returns of `gae`; with
 * `clip` of max((V − R)², (V_old + clip(V − V_old, ±c) − R)²), as in PPO's first implementation. Gradients go to
 * value_BT.
 *
 * Errors: an option out of its range; a batch without value_BT or return_BT, or with `clip` without oldValue_BT.
 */
export function valueLoss(options: ValueLossOptions = {}): Objective & Required<ValueLossOptions> {
  checkOptions("valueLoss", options, valueLossChecks);
  const { clip = Infinity } = options;
  const needs: OptionalField[] = ["value_BT", "return_BT", ...(clip < Infinity ? ["oldValue_BT" as const] : [])];
  return {
    name: "valueLoss",
    on: "samples",
    needs,
    weight: 1,
    clip,
    loss(batch) {
      const { mask_BT } = batch;
      const value_BT = required("valueLoss", batch, "value_BT");
      const return_BT = required("valueLoss", batch, "return_BT");
      checkAxes("valueLoss", { value_BT, return_BT, mask_BT });
      return tf.tidy(() => {
        const real_BT = masked(value_BT, mask_BT);
        const target_BT = masked(constant(return_BT), mask_BT);
        const squared = (x_BT: tf.Tensor) => tf.square(tf.sub(x_BT, target_BT)) as tf.Tensor2D;
        let loss_BT = squared(real_BT);
        if (clip < Infinity) {
          const oldValue_BT = required("valueLoss", batch, "oldValue_BT");
          checkAxes("valueLoss", { oldValue_BT, mask_BT });
          const old_BT = masked(constant(oldValue_BT), mask_BT);
          const near_BT: tf.Tensor2D = tf.add(old_BT, tf.clipByValue(tf.sub(real_BT, old_BT), -clip, clip));
          loss_BT = tf.maximum(loss_BT, squared(near_BT));
        }
        return tf.div(maskedMean(loss_BT, mask_BT), 2) as tf.Scalar;
      });
    },
  };
}
