import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { constant } from "../core/gradients";
import { masked, maskedMean, sequenceMean } from "../core/masks";
import { above, type Checks, checkOptions, oneOf, orInfinity } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type Objective, required, type TokenBatch } from "./objective";

export interface ClippedRatioOptions {
  /** Clip range ε of the ratio; Infinity does not clip. Default 0.2. */
  clip?: number;
  /**
   * The upper ε, where it is to differ from the lower one: clip-higher (DAPO, Yu et al. 2025, arXiv:2503.14476; 0.28
   * there) leaves rare tokens room to become likely; TRL's `epsilon_high`. Infinity does not clip above. Default:
   * `clip`.
   */
  clipHigh?: number;
  /**
   * The bound c > 1 of the dual clip (Ye et al. 2020, arXiv:1912.09729): where the advantage is negative, the
   * term is at least c · A_t, so that a ratio that has grown far pushes no further. TRL's `delta` is the same where it
   * is above 1 + `clipHigh`. Default Infinity: no bound.
   */
  dualClip?: number;
  /** The mean over all tokens (PPO), or over sequences of each one's mean (GRPO). Default "tokens". */
  average?: "tokens" | "sequences";
}

const clippedRatioChecks: Checks<ClippedRatioOptions> = {
  clip: orInfinity(above(0)),
  clipHigh: orInfinity(above(0)),
  dualClip: orInfinity(above(1)),
  average: oneOf("tokens", "sequences"),
};

/**
 * PPO's clipped ratio (Schulman et al. 2017, eq. 7; with average "sequences" GRPO's, Shao et al. 2024, eq. 3, less its
 * KL term, `kl({ estimator: "k3", average: "sequences" })`): the mean of −min(ρ_t A_t, clip(ρ_t, 1 − ε, 1 + ε) A_t),
 * where ρ_t = π(a_t) / behaviour(a_t). The advantages are constants, one a token. `clipHigh` is another ε above; with
 * `dualClip` a token with A_t < 0 counts −max(min(…), c A_t).
 *
 * Errors: an option out of its range; a batch without advantage_BT or behaviorLogProbability_BT.
 */
export function clippedRatio(options: ClippedRatioOptions = {}): Objective & Required<ClippedRatioOptions> {
  checkOptions("clippedRatio", options, clippedRatioChecks);
  const { clip = 0.2, clipHigh = clip, dualClip = Infinity, average = "tokens" } = options;
  return {
    name: "clippedRatio",
    on: "samples",
    reduction: average,
    needs: ["advantage_BT", "behaviorLogProbability_BT"],
    weight: 1,
    clip,
    clipHigh,
    dualClip,
    average,
    loss(batch) {
      const { mask_BT } = batch;
      const advantage_BT = required("clippedRatio", batch, "advantage_BT");
      checkAxes("clippedRatio", { mask_BT, advantage_BT });
      return tf.tidy(() => {
        const constant_BT = masked(constant(advantage_BT), mask_BT);
        const ratio_BT = logRatio(batch);
        // min(ρA, clip(ρ)A) bounds ρ above where A ≥ 0 and below where A < 0; before exp, so that nothing overflows
        // there.
        const above_BT = tf.maximum(ratio_BT, Math.log(Math.max(0, 1 - clip)));
        const bounded_BT = tf.where(
          tf.greaterEqual(constant_BT, 0),
          tf.minimum(ratio_BT, Math.log1p(clipHigh)),
          dualClip === Infinity ? above_BT : tf.minimum(above_BT, Math.log(dualClip)),
        );
        const loss_BT = tf.neg(tf.mul(constant_BT, tf.exp(bounded_BT))) as tf.Tensor2D;
        return average === "tokens" ? maskedMean(loss_BT, mask_BT) : sequenceMean(loss_BT, mask_BT);
      });
    },
  };
}

/**
 * How far a policy is from the one that sampled: the share of tokens with ρ_t < 1 − clip or ρ_t > 1 + clipHigh, to be
 * logged.
 */
export function clippedShare(
  batch: TokenBatch,
  options: Pick<ClippedRatioOptions, "clip" | "clipHigh"> = {},
): tf.Scalar {
  checkOptions("clippedShare", options, { clip: clippedRatioChecks.clip, clipHigh: clippedRatioChecks.clipHigh });
  const { clip = 0.2, clipHigh = clip } = options;
  return tf.tidy(() => {
    const change_BT = tf.expm1(logRatio(batch));
    const beyond_BT = tf.logicalOr(tf.greater(change_BT, clipHigh), tf.less(change_BT, -clip));
    return maskedMean(tf.cast(beyond_BT, "float32") as tf.Tensor2D, batch.mask_BT);
  });
}

/** log ρ_t, 0 at padding. */
function logRatio(batch: TokenBatch): tf.Tensor2D {
  const { logits_BTV, ids_BT, mask_BT } = batch;
  const behaviorLogProbability_BT = required("clippedRatio", batch, "behaviorLogProbability_BT");
  checkAxes("clippedRatio", { logits_BTV, ids_BT, mask_BT, behaviorLogProbability_BT });
  const ratio_BT = tf.neg(tf.add(tokenNll(logits_BTV, ids_BT), constant(behaviorLogProbability_BT)));
  return masked(ratio_BT as tf.Tensor2D, mask_BT);
}
