import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { maskedMean } from "../core/masks";
import { checkAxes } from "../core/shapes";
import type { Objective } from "./objective";

/** Maximum likelihood: the mean over all response tokens of −log π(a_t). */
export const mle = (): Objective => ({
  name: "mle",
  on: "references",
  reduction: "tokens",
  weight: 1,
  loss({ logits_BTV, ids_BT, mask_BT }) {
    checkAxes("mle", { logits_BTV, ids_BT, mask_BT });
    return tf.tidy(() => maskedMean(tokenNll(logits_BTV, ids_BT), mask_BT));
  },
});
