import * as tf from "@tensorflow/tfjs-core";
import { type ListwiseOptions, listwiseLoss } from "../../src/guidance/listwise-loss";
import { caseByCase, compare, matrix } from "./checker";

export const checkListwise = caseByCase((testCase, outcome) => {
  const scores_NK = matrix(testCase.y_pred);
  const order_NK = tf.cast(matrix(testCase.order), "int32");
  const check = (name: string, options: ListwiseOptions, loss: number, grad: number[][]) => {
    const of = (scores: tf.Tensor) => listwiseLoss(scores as tf.Tensor2D, { order_NK, ...options });
    compare(outcome, `${testCase.id} ${name} loss`, of(scores_NK), loss);
    compare(outcome, `${testCase.id} ${name} gradient`, tf.grad(of)(scores_NK), grad);
  };
  if (testCase.mean_loss_over_tie_orders !== undefined) {
    const ranks = (testCase.y_true as number[][]).map(row =>
      row.map(value => row.filter(other => other > value).length + 1),
    );
    const loss = listwiseLoss(scores_NK, { ranks, temperature: testCase.temp });
    compare(outcome, `${testCase.id} mean over tie orders`, loss, testCase.mean_loss_over_tie_orders);
  }
  check("exact", { temperature: testCase.temp }, testCase.loss_no_eps, testCase.grad_no_eps);
  check("with eps", { temperature: testCase.temp, eps: testCase.eps }, testCase.loss, testCase.grad);
});
