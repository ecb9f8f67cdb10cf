import * as tf from "@tensorflow/tfjs-core";
import { read } from "../../src/core/tidy";
import { keepNucleus, keepTopK } from "../../src/generation/filters";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import type { TokenBatch } from "../../src/objectives/objective";
import { reinforce } from "../../src/objectives/reinforce";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { caseByCase, compare, cube, matrix, type Outcome } from "./checker";

type Loss = (batch: TokenBatch) => tf.Scalar;

function check(outcome: Outcome, where: string, loss: Loss, batch: TokenBatch, value: number, gradient: unknown): void {
  compare(outcome, `${where} loss`, loss(batch), value);
  const d_BTV = tf.grad(x => loss({ ...batch, logits_BTV: x as tf.Tensor3D }))(batch.logits_BTV);
  compare(outcome, `${where} gradient`, d_BTV, gradient);
}

/**
 * REINFORCE plus `entropy` times the negative entropy; `toGo` is 0 or 1, as in the fixtures. At masked gaps of a
 * response the authors' code gives reward-to-go.
 */
const withEntropy =
  (toGo: number, entropy: number, weight = 1): Loss =>
  batch => {
    const policy = reinforce({ credit: toGo ? "to-go" : "token", gaps: "count" }).loss(batch);
    const loss = weight === 1 ? policy : tf.mul(weight, policy);
    return (entropy === 0 ? loss : tf.add(loss, tf.mul(entropy, negativeEntropy().loss(batch)))) as tf.Scalar;
  };

const byType: Record<string, (testCase: any, outcome: Outcome) => void> = {
  wmle({ id, logits, labels, reward, expected }, outcome) {
    const real = (labels as number[][]).map(row => row.map(label => Number(label >= 0)));
    const ids = (labels as number[][]).map(row => row.map(label => Math.max(label, 0)));
    const batch = { logits_BTV: cube(logits), ids_BT: matrix(ids), mask_BT: matrix(real), reward_BT: matrix(reward) };
    for (const { exp_in_wmle: exp, use_q_for_weight: toGo, loss, grad_logits } of expected) {
      const objective = weightedMle({
        credit: toGo ? "to-go" : "token",
        gaps: "count",
        weights: exp ? "exp" : "reward",
      });
      check(outcome, `${id} exp ${exp} to-go ${toGo}`, objective.loss, batch, loss, grad_logits);
    }
  },
  reinforce_prompt({ id, logits, ids, reward, expected }, outcome) {
    const mask_BT = tf.onesLike(matrix(reward));
    const batch = { logits_BTV: cube(logits), ids_BT: matrix(ids), reward_BT: matrix(reward), mask_BT };
    for (const { use_q_for_weight: toGo, max_entropy_coeff: entropy, loss, grad_logits } of expected) {
      check(outcome, `${id} to-go ${toGo} entropy ${entropy}`, withEntropy(toGo, entropy), batch, loss, grad_logits);
    }
  },
  reinforce_sum(testCase, outcome) {
    const { id, scores, sequences, mask, reward, expected, combined } = testCase;
    const batch = {
      logits_BTV: cube(scores),
      ids_BT: matrix(sequences),
      reward_BT: matrix(reward),
      mask_BT: matrix(mask),
    };
    for (const { use_q_for_weight: toGo, reinforce_loss, grad_scores } of expected) {
      check(outcome, `${id} to-go ${toGo}`, withEntropy(toGo, 0), batch, reinforce_loss, grad_scores);
    }
    const { neg_entropy_loss, neg_entropy_grad_scores } = testCase;
    check(outcome, `${id} entropy`, negativeEntropy().loss, batch, neg_entropy_loss, neg_entropy_grad_scores);
    if (combined) {
      const { reinforce_coeff: weight, max_entropy_coeff: entropy, use_q_for_weight: toGo } = combined;
      const { loss_without_wmle, grad_scores } = combined;
      check(outcome, `${id} combined`, withEntropy(toGo, entropy, weight), batch, loss_without_wmle, grad_scores);
    }
  },
  top_k({ id, logits, expected }, outcome) {
    // In the authors' code 0 means no filter.
    for (const { k, out } of expected) compare(outcome, `${id} ${k}`, keepTopK(matrix(logits), k || Infinity), out);
  },
  top_p({ id, logits, expected }, outcome) {
    for (const { p, out } of expected) {
      const kept = (logits as number[][]).flatMap(row => {
        const probabilities = read(() => tf.softmax(tf.tensor1d(row)));
        keepNucleus(probabilities, p);
        return row.map((x, id) => (probabilities[id] > 0 ? x : -Infinity));
      });
      compare(outcome, `${id} ${p}`, kept, out);
    }
  },
};

export const checkLmObjectives = caseByCase((testCase, outcome) => {
  if (byType[testCase.type]) byType[testCase.type](testCase, outcome);
  else outcome.misses.push(`${testCase.id}: objectives of type ${testCase.type} are not here yet`);
});
