import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { meanLogRatio } from "../core/log-ratio";
import { maskedMean } from "../core/masks";
import { checkAxes } from "../core/shapes";
import type { Objective } from "./objective";

/**
 * Stay near a reference LM: the mean over all response tokens of KL(π ‖ reference) = Σ_a π(a) log(π(a) / reference(a)),
 * exact, over the whole vocabulary. Errors: a batch without referenceLogits_BTV.
 */
export const kl = (): Objective => ({
  name: "kl",
  on: "samples",
  weight: 1,
  loss({ logits_BTV, mask_BT, referenceLogits_BTV }) {
    if (!referenceLogits_BTV) {
      fail("kl", "the batch has no referenceLogits_BTV", "Give the logits of the reference LM for the same tokens.");
    }
    checkAxes("kl", { logits_BTV, mask_BT, referenceLogits_BTV });
    return tf.tidy(() => maskedMean(meanLogRatio(logits_BTV, referenceLogits_BTV), mask_BT));
  },
});
