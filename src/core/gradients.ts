// Gradients that tfjs lacks or computes far too slowly (its gather scans the whole table once for every row looked up).
// A gradient function reads what it needs from `save`, so nothing is kept when no gradient is asked for.

import * as tf from "@tensorflow/tfjs-core";
import { checkAxes } from "./shapes";

/**
 * The rows of a table, as in an embedding: [V,D] and whole-number ids of any shape give [...ids.shape, D].
 * Gradient to the table: the incoming rows added up where they came from; none to the ids.
 */
export function lookUp(table_VD: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  const { D } = checkAxes("lookUp", { table_VD });
  return tf.tidy(() => {
    const flat = tf.cast(tf.reshape(ids, [-1]), "int32") as tf.Tensor1D;
    const rows = tf.customGrad((table, save) => {
      (save as tf.GradSaveFunc)([flat]);
      return {
        value: tf.gather(table as tf.Tensor2D, flat),
        // scatterND adds up repeated ids, on every engine.
        gradFunc: (d_ND, [flat]) => tf.scatterND(tf.expandDims(flat, 1), d_ND, table_VD.shape),
      };
    })(table_VD);
    return tf.reshape(rows, [...ids.shape, D]);
  });
}

/**
 * Negative log-likelihood of the chosen tokens, [B,T]: −log softmax(logits)[id] = logsumexp(logits) − logits[id].
 * Gradient to the logits: softmax − one-hot, times the incoming gradient; none to the ids.
 */
export function tokenNll(logits_BTV: tf.Tensor3D, ids_BT: tf.Tensor2D): tf.Tensor2D {
  const { B, T, V } = checkAxes("tokenNll", { logits_BTV, ids_BT });
  return tf.tidy(() => {
    const at_N2 = tf.stack([tf.range(0, B * T, 1, "int32"), tf.cast(tf.reshape(ids_BT, [-1]), "int32")], 1);
    const nll_N = tf.customGrad((logits, save) => {
      const logits_NV = logits as tf.Tensor2D;
      const max_N1 = tf.max(logits_NV, 1, true);
      const sum_N1 = tf.sum(tf.exp(tf.sub(logits_NV, max_N1)), 1, true);
      (save as tf.GradSaveFunc)([logits_NV, max_N1, sum_N1, at_N2]);
      const chosen_N = tf.gatherND(logits_NV, at_N2);
      return {
        // Small numbers first: log Σ exp(x − max) + max would lose digits when max is large.
        value: tf.add(tf.sub(tf.squeeze(max_N1, [1]), chosen_N), tf.log(tf.squeeze(sum_N1, [1]))),
        gradFunc: (d_N, [logits_NV, max_N1, sum_N1, at_N2]) => {
          const scale_N1 = tf.div(tf.expandDims(d_N, 1), sum_N1);
          // The inner tidy frees each [N,V] tensor before the next term is made.
          const expected_NV = tf.tidy(() => tf.mul(tf.exp(tf.sub(logits_NV, max_N1)), scale_N1));
          return tf.sub(expected_NV, tf.scatterND(at_N2, d_N, [B * T, V]));
        },
      };
    })(tf.reshape(logits_BTV, [B * T, V]));
    return tf.reshape(nll_N, [B, T]) as tf.Tensor2D;
  });
}

/** The same numbers as a constant: no gradient passes. */
export function constant<T extends tf.Tensor>(x: T): T {
  return tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => tf.zerosLike(x) }))(x) as T;
}
