import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { klFromReference } from "../core/log-ratio";
import { masked, maskedMean } from "../core/masks";
import { above, atLeast, type Checks, checkOptions, oneOf } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type Objective, required } from "./objective";

export interface LmPriorOptions {
  /** λ, the weight of the prior. Default 0.5. */
  prior?: number;
  /** τ, the temperature of both distributions in the KL. Default 2. */
  temperature?: number;
  /** The mean over all response tokens, or their sum. Default "tokens". */
  average?: "tokens" | "none";
}

const lmPriorChecks: Checks<LmPriorOptions> = {
  prior: atLeast(0),
  temperature: above(0),
  average: oneOf("tokens", "none"),
};

/**
 * A language-model prior for conditional generation (Baziotis et al. 2020, "Language Model Prior for Low-Resource
 * Neural Machine Translation", arXiv:2004.14928): at each token of the reference −log π(a_t) + λ τ² KL(ρ^τ ‖ π^τ),
 * where ρ is the prior, a constant, and ρ^τ and π^τ are the softmax of the logits divided by τ. Errors: an option out
 * of its range; a batch without referenceLogits_BTV, the prior's.
 */
export function lmPrior(options: LmPriorOptions = {}): Objective & Required<LmPriorOptions> {
  checkOptions("lmPrior", options, lmPriorChecks);
  const { prior = 0.5, temperature = 2, average = "tokens" } = options;
  return {
    name: "lmPrior",
    on: "references",
    reduction: average === "tokens" ? "tokens" : "sum",
    needs: ["referenceLogits_BTV"],
    weight: 1,
    prior,
    temperature,
    average,
    loss(batch) {
      const { logits_BTV, ids_BT, mask_BT } = batch;
      const referenceLogits_BTV = required("lmPrior", batch, "referenceLogits_BTV");
      checkAxes("lmPrior", { logits_BTV, ids_BT, mask_BT, referenceLogits_BTV });
      return tf.tidy(() => {
        const softened = (x_BTV: tf.Tensor3D): tf.Tensor3D => tf.div(x_BTV, temperature);
        const kl_BT = klFromReference(softened(logits_BTV), softened(referenceLogits_BTV));
        const loss_BT = tf.add(tokenNll(logits_BTV, ids_BT), tf.mul(prior * temperature ** 2, kl_BT)) as tf.Tensor2D;
        return average === "tokens" ? maskedMean(loss_BT, mask_BT) : tf.sum(masked(loss_BT, mask_BT));
      });
    },
  };
}
