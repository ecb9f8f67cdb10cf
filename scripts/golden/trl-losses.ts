import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../../src/backend/token-nll";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import { dpo } from "../../src/objectives/dpo";
import { ipo } from "../../src/objectives/ipo";
import { kl } from "../../src/objectives/kl";
import { kto } from "../../src/objectives/kto";
import { type Objective, scaled, type TokenBatch } from "../../src/objectives/objective";
import { oddsRatio } from "../../src/objectives/odds-ratio";
import { simpo } from "../../src/objectives/simpo";
import { slic } from "../../src/objectives/slic";
import { evaluateTerms } from "../../src/objectives/terms";
import { caseByCase, compare, cube, matrix } from "./checker";

const tolerance = 1e-6;

const byPair: Record<string, (params: any) => Objective> = {
  sigmoid: ({ beta }) => dpo({ beta }),
  sigmoid_norm: ({ beta }) => dpo({ beta, lengthNormalized: true }),
  ipo: ({ beta }) => ipo({ tau: beta, lengthNormalized: true }),
  simpo: ({ beta, simpo_gamma }) => simpo({ beta, margin: simpo_gamma }),
  hinge: () => slic({ margin: 1 }), // the β of these cases is 1
};

/** The objectives whose weighted sum is TRL's loss. */
const byTrainer: Record<string, (params: any) => Objective[]> = {
  dpo: params => [byPair[params.loss_type](params)],
  cpo: params => [byPair[params.loss_type](params)],
  orpo: ({ beta }) => [scaled(beta, oddsRatio())],
  kto: ({ beta, desirable_weight, undesirable_weight }) => [
    kto({ beta, desirableWeight: desirable_weight, undesirableWeight: undesirable_weight }),
  ],
  grpo({ loss_type, epsilon, epsilon_high, delta, beta }) {
    const average = loss_type === "grpo" ? "sequences" : "tokens";
    const ratio = clippedRatio({ clip: epsilon, clipHigh: epsilon_high, dualClip: delta ?? Infinity, average });
    return beta > 0 ? [ratio, scaled(beta, kl({ estimator: "k3", average }))] : [ratio];
  },
};

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

export const checkTrlLosses = caseByCase(({ id, loss_of, params, inputs, loss, grad_logits }, outcome) => {
  if (!Object.hasOwn(byTrainer, loss_of)) {
    outcome.misses.push(`${id}: the loss of ${loss_of} is not here`);
    return;
  }
  const ids_BT = tf.cast(matrix(inputs.ids), "int32");
  const mask_BT = matrix(inputs.mask);
  const logProbability = (logits: number[][][]) => tf.neg(tokenNll(cube(logits), ids_BT)) as tf.Tensor2D;
  const batch: TokenBatch = {
    logits_BTV: cube(inputs.logits),
    ids_BT,
    mask_BT,
    advantage_BT: tf.mul(tf.expandDims(tf.tensor1d(inputs.advantage), 1), tf.onesLike(mask_BT)),
    behaviorLogProbability_BT: logProbability(inputs.behavior_logits),
    referenceLogProbability_BT: logProbability(inputs.reference_logits),
    ...(params.desirable && {
      desirable_B: tf.tensor1d(params.desirable),
      referencePoint: Math.max(0, mean(params.kl_logps) - mean(params.ref_kl_logps)),
    }),
    listSize: 2,
  };
  const objectives = byTrainer[loss_of](params);
  const value = (logits_BTV: tf.Tensor3D) => {
    const own = { ...batch, logits_BTV };
    return evaluateTerms(objectives, { lists: own, samples: own }, 0).loss;
  };
  compare(outcome, `${id} loss`, value(batch.logits_BTV), loss, tolerance);
  compare(outcome, `${id} gradient`, tf.grad(x => value(x as tf.Tensor3D))(batch.logits_BTV), grad_logits, tolerance);
});
