// Credit from the scores of whole responses. A sample that was not scored has credit 0 and counts in no mean and no
// std.

import * as tf from "@tensorflow/tfjs-core";
import { isLast, lengths, masked } from "../core/masks";
import { checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type GroupAdvantageOptions, groupAdvantageChecks, groupAdvantages } from "../objectives/group-advantages";
import { type Credit, type CreditBatch, needed } from "./credit";

/** The score of the response at its last token, 0 before. */
export const lastTokenScore = (): Credit => ({
  name: "lastTokenScore",
  needs: ["score_B"],
  apply(batch) {
    return tf.tidy(() => {
      const { score_B, mask_BT } = scoresOf("lastTokenScore", batch);
      return tf.where(isLast(mask_BT), tf.expandDims(score_B, 1), tf.zerosLike(mask_BT)) as tf.Tensor2D;
    });
  },
});

/** The score of the response in equal parts: score / length for each of its tokens. */
export const uniformScore = (): Credit => ({
  name: "uniformScore",
  needs: ["score_B"],
  apply(batch) {
    return tf.tidy(() => {
      const { score_B, mask_BT } = scoresOf("uniformScore", batch);
      const part_B1 = tf.expandDims(tf.div(score_B, tf.maximum(lengths(mask_BT), 1)), 1);
      return masked(tf.tile(part_B1, [1, mask_BT.shape[1]]) as tf.Tensor2D, mask_BT);
    });
  },
});

/**
 * GRPO's advantage (Shao et al. 2024): the score less the mean of the prompt's samples, divided by their std, the same
 * for each token; with scale "none" not divided (Liu et al. 2025). Samples with equal scores all have credit 0, and so
 * has a prompt's only one. Errors: an option out of its range.
 */
export function groupAdvantage(options: GroupAdvantageOptions = {}): Credit & Required<GroupAdvantageOptions> {
  checkOptions("groupAdvantage", options, groupAdvantageChecks);
  const { scale = "std" } = options;
  return {
    name: "groupAdvantage",
    needs: ["score_B"],
    fewestSamples: 2,
    scale,
    apply: batch =>
      tf.tidy(() => {
        const { score_B, mask_BT } = scoresOf("groupAdvantage", batch);
        return groupAdvantages(score_B, mask_BT, batch.listSize, { scale });
      }),
  };
}

/**
 * RLOO (Ahmadian et al. 2024, eq. 7): the score less the mean of the prompt's other samples, the same for each token. A
 * sample without others has credit 0.
 */
export const leaveOneOut = (): Credit => ({
  name: "leaveOneOut",
  needs: ["score_B"],
  fewestSamples: 2,
  apply(batch) {
    const { listSize } = batch;
    return tf.tidy(() => {
      const { score_B, mask_BT } = scoresOf("leaveOneOut", batch);
      const lead_BT = groupAdvantages(score_B, mask_BT, listSize, { scale: "none" });
      // Of n samples, the lead over the mean of the others is n / (n − 1) times that over the mean of all.
      const real_NK = tf.reshape(tf.cast(tf.greater(lengths(mask_BT), 0), "float32"), [-1, listSize]);
      const size_N1 = tf.sum(real_NK, 1, true);
      const factor_N1 = tf.div(size_N1, tf.maximum(tf.sub(size_N1, 1), 1));
      const factor_B1 = tf.reshape(tf.tile(factor_N1, [1, listSize]), [-1, 1]);
      return masked(tf.mul(lead_BT, factor_B1) as tf.Tensor2D, mask_BT);
    });
  },
});

/** The scores, 0 where there is none, and the mask of the samples that have one. */
function scoresOf(where: string, batch: CreditBatch): { score_B: tf.Tensor1D; mask_BT: tf.Tensor2D } {
  const { mask_BT } = batch;
  const score_B = needed(where, batch, "score_B");
  checkAxes(where, { score_B, mask_BT });
  if (!score_B.dataSync().some(Number.isNaN)) return { score_B, mask_BT };
  const scored_B = tf.logicalNot(tf.isNaN(score_B));
  return {
    score_B: tf.where(scored_B, score_B, tf.zerosLike(score_B)),
    mask_BT: tf.mul(mask_BT, tf.expandDims(tf.cast(scored_B, "float32"), 1)),
  };
}
