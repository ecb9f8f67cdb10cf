import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { klFromReference } from "../core/log-ratio";
import { masked } from "../core/masks";
import { above, atLeast, type Checks, checkOptions, oneOf } from "../core/options";
import { lead, pairNll } from "./dpo";
import { listMean, sumInLists } from "./list-rows";
import { type Objective, required } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface TdpoOptions {
  /** How much a log-ratio to the reference counts. Default 0.1. */
  beta?: number;
  /** Version 2 weighs the KL terms by `alpha` and holds that of the better response constant. Default 2. */
  version?: 1 | 2;
  /** Version 2 only. Default 0.5. */
  alpha?: number;
}

const tdpoChecks: Checks<TdpoOptions> = { beta: above(0), version: oneOf(1, 2), alpha: atLeast(0) };

/**
 * Token-level DPO (Zeng et al. 2024, arXiv:2404.11999): the mean over pairs, better response first, of −log σ(β h),
 * with ℓ = Σ_t log π(a_t) − log ρ(a_t), D = Σ_t KL(ρ ‖ π) at each token, and
 *
 *     TDPO1  h = ℓ_better − ℓ_worse − (D_worse − D_better)
 *     TDPO2  h = ℓ_better − ℓ_worse − α (D_worse − D_better), no gradient through D_better
 *
 * Errors: an option out of its range; a batch without listSize 2 or without referenceLogits_BTV.
 */
export function tdpo(options: TdpoOptions = {}): Objective & Required<TdpoOptions> {
  checkOptions("tdpo", options, tdpoChecks);
  const { beta = 0.1, version = 2, alpha = 0.5 } = options;
  return {
    name: "tdpo",
    on: "lists",
    reduction: "lists",
    pairs: true,
    needs: ["listSize", "referenceLogits_BTV"],
    weight: 1,
    beta,
    version,
    alpha,
    loss(batch) {
      const { logits_BTV, mask_BT } = batch;
      const referenceLogits_BTV = required("tdpo", batch, "referenceLogits_BTV");
      return tf.tidy(() => {
        const ratio_N2 = sumInLists("tdpo", batch, referenceRatio("tdpo", batch), 2);
        const kl_BT = masked(klFromReference(logits_BTV, referenceLogits_BTV), mask_BT);
        const [better_N1, worse_N1] = tf.split(sumInLists("tdpo", batch, kl_BT, 2), 2, 1);
        const drift_N1 =
          version === 1 ? tf.sub(worse_N1, better_N1) : tf.mul(alpha, tf.sub(worse_N1, constant(better_N1)));
        const h_N = tf.sub(lead(ratio_N2), tf.squeeze(drift_N1, [1]));
        return listMean(pairNll(tf.mul(beta, h_N)), mask_BT);
      });
    },
  };
}
