import * as tf from "@tensorflow/tfjs-core";
import { lead, pairNll } from "./dpo";
import { listMean, perToken, sumInLists, tokenLogProbability } from "./list-rows";
import type { Objective } from "./objective";

/** A mean log-probability nearer to 0 counts as this one: at probability 1 the odds are infinite. */
const mostLogProbability = -1e-6;

/**
 * The odds-ratio term of ORPO (Hong et al. 2024, arXiv:2403.07691, eq. 7), which has no reference: the mean over pairs,
 * better response first, of
 *
 *     −log σ(log odds_better − log odds_worse),   odds = P / (1 − P),   log P = mean over the tokens of log π(a_t)
 *
 * ORPO itself is `[mle(), scaled(0.1, oddsRatio())]`, with `mle` on the better responses and the paper's λ of 0.1.
 *
 * Errors: a batch without listSize 2.
 */
export function oddsRatio(): Objective {
  return {
    name: "oddsRatio",
    on: "lists",
    reduction: "lists",
    pairs: true,
    needs: ["listSize"],
    weight: 1,
    loss: batch =>
      tf.tidy(() => {
        const token_BT = perToken(tokenLogProbability("oddsRatio", batch), batch.mask_BT);
        const log_N2 = tf.minimum(sumInLists("oddsRatio", batch, token_BT, 2), mostLogProbability);
        const odds_N2 = tf.sub(log_N2, tf.log(tf.neg(tf.expm1(log_N2)))) as tf.Tensor2D;
        return listMean(pairNll(lead(odds_N2)), batch.mask_BT);
      }),
  };
}
