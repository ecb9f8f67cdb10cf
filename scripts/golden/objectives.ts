import * as tf from "@tensorflow/tfjs-core";
import { plackettLuceNll } from "../../src/core/plackett-luce";
import { cacr } from "../../src/objectives/cacr";
import { clippedRatio, clippedShare } from "../../src/objectives/clipped-ratio";
import { dpo, lead, pairNll } from "../../src/objectives/dpo";
import { gae } from "../../src/objectives/gae";
import { genco, gencoTexts } from "../../src/objectives/genco";
import { whitened } from "../../src/objectives/group-advantages";
import { pairMeasures } from "../../src/objectives/implicit-rewards";
import { kl } from "../../src/objectives/kl";
import { klShapedReward } from "../../src/objectives/kl-shaped-reward";
import { lmPrior } from "../../src/objectives/lm-prior";
import { meetInTheMiddle } from "../../src/objectives/meet-in-the-middle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import type { TokenBatch } from "../../src/objectives/objective";
import { supcon } from "../../src/objectives/supcon";
import { valueLoss } from "../../src/objectives/value-loss";
import { caseByCase, compare, numbers, type Outcome } from "./checker";

type Inputs = Record<string, any>;
type Parts = Record<string, tf.Tensor>;

/** The result of a case: the loss, and the parts of it that fixtures may name. */
interface Family {
  loss?(inputs: Inputs, params: any): tf.Tensor;
  parts?(inputs: Inputs, params: any): Parts;
}

const average = (reduction: string): "tokens" | "none" => (reduction === "token_mean" ? "tokens" : "none");

/** Columns of every row in the given order, with a gradient. */
const inOrder = (x_NK: tf.Tensor, order_NK: tf.Tensor): tf.Tensor2D =>
  tf.sum(tf.mul(tf.expandDims(x_NK, 1), tf.oneHot(tf.cast(order_NK, "int32"), x_NK.shape[1]!)), 2);

/** Chosen and rejected responses as pairs of rows, padded to one length. */
function interleaved(chosen: tf.Tensor, rejected: tf.Tensor): tf.Tensor {
  const T = Math.max(chosen.shape[1]!, rejected.shape[1]!);
  const [first, second] = [chosen, rejected].map(x =>
    tf.pad(x, [[0, 0], [0, T - x.shape[1]!], ...x.shape.slice(2).map((): [number, number] => [0, 0])]),
  );
  return tf.reshape(tf.stack([first, second], 1), [-1, T, ...chosen.shape.slice(2)]);
}

function dpoOfTokens(inputs: Inputs, { beta, label_smoothing: labelSmoothing }: any): tf.Scalar {
  const { chosen_logits, rejected_logits, chosen_ids, rejected_ids, chosen_mask, rejected_mask } = inputs;
  const mask_BT = interleaved(chosen_mask, rejected_mask) as tf.Tensor2D;
  // The fixtures have the reference log-probability of the whole response: all of it goes to the first token.
  const whole_B1 = tf.reshape(tf.stack([inputs.ref_chosen, inputs.ref_rejected], 1), [-1, 1]);
  const first_BT = tf.equal(tf.cumsum(mask_BT, 1), 1);
  return dpo({ beta, labelSmoothing }).loss({
    logits_BTV: interleaved(chosen_logits, rejected_logits) as tf.Tensor3D,
    ids_BT: interleaved(chosen_ids, rejected_ids) as tf.Tensor2D,
    mask_BT,
    reward_BT: tf.zerosLike(mask_BT),
    referenceLogProbability_BT: tf.where(tf.logicalAnd(first_BT, tf.greater(mask_BT, 0)), whole_B1, 0) as tf.Tensor2D,
    listSize: 2,
  });
}

/** β (log π − log ρ) of chosen and rejected responses, [N,2]. */
function pairRewards({ pi_chosen, pi_rejected, ref_chosen, ref_rejected }: Inputs, { beta }: any): tf.Tensor2D {
  return tf.mul(beta, tf.stack([tf.sub(pi_chosen, ref_chosen), tf.sub(pi_rejected, ref_rejected)], 1));
}

/** A batch without the fields that the fixture does not have. */
const ppoBatch = ({ logits, actions, logp_old, advantages, mask }: Inputs): TokenBatch => ({
  logits_BTV: logits,
  ids_BT: actions,
  mask_BT: mask,
  reward_BT: tf.zerosLike(mask),
  behaviorLogProbability_BT: logp_old,
  advantage_BT: advantages,
});

const ppoValue = (inputs: Inputs, { clip_value }: any): tf.Scalar =>
  valueLoss({ clip: clip_value }).loss({
    ...ppoBatch(inputs),
    value_BT: inputs.values,
    return_BT: inputs.returns,
    oldValue_BT: inputs.old_values,
  });

const priorLoss = (
  { tm_logits, lm_logits, target, mask }: Inputs,
  prior: number,
  temperature: number,
  average: "tokens" | "none",
) =>
  lmPrior({ prior, temperature, average }).loss({
    logits_BTV: tm_logits,
    ids_BT: target,
    mask_BT: mask,
    reward_BT: tf.zerosLike(mask),
    referenceLogits_BTV: lm_logits,
  });

const viewsLoss = (
  { logits_a, logits_b, labels, z_a, z_b }: Inputs,
  consistency: number,
  contrast: number,
  temperature: number,
) =>
  cacr(
    { logitsA_BC: logits_a, logitsB_BC: logits_b, label_B: labels, zA_BD: z_a, zB_BD: z_b },
    { consistency, contrast, temperature },
  );

const families: Record<string, Family> = {
  lm_prior: {
    loss: (inputs, { tau, lam, reduction }) => priorLoss(inputs, lam, tau, average(reduction)),
    parts(inputs, { tau }) {
      const nll = priorLoss(inputs, 0, tau, "none");
      return { nll_sum: nll, tau2_kl_sum: tf.sub(priorLoss(inputs, 1, tau, "none"), nll) };
    },
  },
  mim: {
    loss: ({ fwd_logits, bwd_logits, target, mask }, { beta, reduction }) =>
      meetInTheMiddle(
        { forwardLogits_BTV: fwd_logits, backwardLogits_BTV: bwd_logits, ids_BT: target, mask_BT: mask },
        { disagreementWeight: beta, average: average(reduction) },
      ),
  },
  cacr: {
    loss: (inputs, { alpha, gamma, temp }) => viewsLoss(inputs, alpha, gamma, temp),
    parts(inputs, { temp }) {
      const entropy = viewsLoss(inputs, 0, 0, temp);
      return {
        bidirectional_kl: tf.sub(viewsLoss(inputs, 1, 0, temp), entropy),
        infonce_symmetric: tf.sub(viewsLoss(inputs, 0, 1, temp), entropy),
      };
    },
  },
  dpo: {
    loss(inputs, params) {
      if (inputs.chosen_logits) return dpoOfTokens(inputs, params);
      return tf.mean(pairNll(lead(pairRewards(inputs, params)), params.label_smoothing));
    },
    parts(inputs, params): Parts {
      if (inputs.chosen_logits) return {};
      const { margin, accuracy } = pairMeasures(pairRewards(inputs, params));
      return { margin: tf.scalar(margin), accuracy: tf.scalar(accuracy) };
    },
  },
  gae: {
    parts({ rewards, values, mask, last_value }, { gamma, lam }) {
      const rollout = { reward_BT: rewards, value_BT: values, mask_BT: mask, lastValue_B: last_value };
      const { advantage_BT, return_BT } = gae(rollout, { discount: gamma, lambda: lam });
      return { advantages: advantage_BT, returns: return_BT, whitened: whitened(advantage_BT, mask) };
    },
  },
  ppo: {
    loss(inputs, params) {
      const batch = ppoBatch(inputs);
      const policy = clippedRatio({ clip: params.clip }).loss(batch);
      const terms = [policy];
      if (params.c1) terms.push(tf.mul(params.c1, ppoValue(inputs, params)));
      if (params.c2) terms.push(tf.mul(params.c2, negativeEntropy().loss(batch)));
      return tf.addN(terms);
    },
    parts(inputs, params) {
      const batch = ppoBatch(inputs);
      const asReference = { ...batch, referenceLogProbability_BT: batch.behaviorLogProbability_BT };
      return {
        policy_loss: clippedRatio({ clip: params.clip }).loss(batch),
        ...(inputs.values && { value_loss: ppoValue(inputs, params) }),
        clip_fraction: clippedShare(batch, { clip: params.clip }),
        approx_kl_k1: tf.neg(kl({ estimator: "k1" }).loss(asReference)),
      };
    },
  },
  kl_shaped_reward: {
    parts: ({ logp, ref_logp, sequence_reward, mask }, { beta }) => ({
      rewards: klShapedReward(
        { logProbability_BT: logp, referenceLogProbability_BT: ref_logp, score_B: sequence_reward, mask_BT: mask },
        { beta },
      ),
    }),
  },
  genco: {
    loss: ({ query, key, target }, { temp: temperature }) =>
      key ? genco(query, key, target, { temperature }) : gencoTexts(query, target, { temperature }),
  },
  supcon: {
    loss: ({ z, labels, weights }, { temp: temperature }) => supcon(z, labels, { temperature, weight_B: weights }),
  },
  pl_dpo: {
    loss: ({ pi, ref, order }, { beta }) =>
      tf.mean(plackettLuceNll(tf.mul(beta, inOrder(tf.sub(pi, ref), order)) as tf.Tensor2D)),
  },
};

export const checkObjectives = caseByCase(
  ({ id, family, params: settings, inputs: given, expected, grads }, outcome) => {
    const checked = families[family];
    if (!checked) {
      outcome.misses.push(`${id}: objectives of family ${family} are not here`);
      return;
    }
    const [params, inputs] = [present(settings), asTensors(given)];
    if (checked.loss) compareLoss(outcome, id, x => checked.loss!(x, params), inputs, expected.loss, grads ?? {});
    for (const [name, value] of Object.entries(checked.parts?.(inputs, params) ?? {})) {
      if (expected[name] !== undefined) compare(outcome, `${id} ${name}`, value, expected[name]);
    }
  },
);

function compareLoss(
  outcome: Outcome,
  id: string,
  loss: (inputs: Inputs) => tf.Tensor,
  inputs: Inputs,
  value: number,
  gradients: Record<string, unknown>,
): void {
  compare(outcome, `${id} loss`, loss(inputs), value);
  for (const [name, gradient] of Object.entries(gradients)) {
    const d = tf.grad(x => loss({ ...inputs, [name]: x }))(inputs[name]);
    compare(outcome, `${id} gradient to ${name}`, d, gradient);
  }
}

/** The entries that are not null. */
const present = (given: Record<string, any> = {}): Record<string, any> =>
  Object.fromEntries(Object.entries(given).filter(([, x]) => x !== null));

function asTensors(given: Record<string, any>): Inputs {
  const shape = (x: unknown): number[] => (Array.isArray(x) ? [x.length, ...shape(x[0])] : []);
  return Object.fromEntries(Object.entries(present(given)).map(([name, x]) => [name, tf.tensor(numbers(x), shape(x))]));
}
