import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../../src/core/mean";
import { seeded } from "../../src/core/random";
import { sumTokens } from "../../src/guidance/aggregate";
import { lossOfLists } from "../../src/guidance/drawn-lists";
import { listDrawing } from "../../src/guidance/list-drawing";
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

/** Margins and label smoothing, from the scores of candidates of one token each, as guidance learning has them. */
export const checkListwiseForms = caseByCase((testCase, outcome) => {
  const { id, scores, mask, margins, margin_weight, margin, label_smoothing: labelSmoothing, temperature } = testCase;
  const scores_NK = matrix(scores);
  const [N, K] = scores_NK.shape;
  // How far behind the best of its list each candidate is to be.
  const behind_NK = tf.mul(margin_weight, tf.cumsum(matrix(margins), 1, true)) as tf.Tensor2D;
  const options = { mask_NK: matrix(mask), behind_NK, margin, labelSmoothing, temperature };
  const of = (scores: tf.Tensor) => listwiseLoss(scores as tf.Tensor2D, options);
  compare(outcome, `${id} loss`, of(scores_NK), testCase.loss);
  compare(outcome, `${id} gradient`, tf.grad(of)(scores_NK), testCase.grad);

  // The lists in numbers, one drawn in full: the mean of all is that of the file.
  const sizes = (mask as number[][]).map(row => row.reduce((sum, one) => sum + one, 0));
  const losses = sizes.map((size, n) => {
    const order = Int32Array.from({ length: size }, (_, k) => n * K + k);
    const preferences = {
      order,
      ranks: Int32Array.from(order, (_, k) => k + 1),
      margins: Float64Array.from(margins[n].slice(0, size)),
      starts: Int32Array.of(0, size),
      groups: Int32Array.of(0),
    };
    const draw = listDrawing("check", { preferences, candidate: drawn => drawn }, margin_weight);
    const { drawn, behind } = draw({ lists: 1, listSize: size, rng: seeded(n) });
    const rewards = (rows: readonly number[]) =>
      tf.gather(tf.reshape(scores_NK, [N * K, 1]), tf.tensor1d([...rows], "int32"));
    const model = {
      variables: [],
      rewards: rewards as () => tf.Tensor2D,
      mask: (rows: readonly number[]) => tf.ones([rows.length, 1]) as tf.Tensor2D,
    };
    const loss = { margin, labelSmoothing, temperature };
    return lossOfLists(model, drawn, { aggregate: sumTokens(), listSize: size, loss, behind }).dataSync()[0];
  });
  compare(outcome, `${id} drawn`, [mean(losses)], testCase.loss);
});
