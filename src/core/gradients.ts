// Gradients that tfjs lacks or computes far too slowly (its gather scans the whole table once for every row looked up).
// A gradient function reads what it needs from `save`, so nothing is kept when no gradient is asked for.

import * as tf from "@tensorflow/tfjs-core";
import { checkAxes } from "./shapes";

/**
 * The rows of a table, as in an embedding: [V,D] and whole-number ids of any shape give [...ids.shape, D].
 * Gradient to the table: the sum of the incoming rows of each id; none to the ids.
 */
export function lookUp(table_VD: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  const { D } = checkAxes("lookUp", { table_VD });
  return tf.tidy(() => {
    const whole = ids.dtype === "int32" ? ids : tf.cast(ids, "int32");
    const flat = tf.reshape(whole, [-1]) as tf.Tensor1D;
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
 * The same numbers as a constant: no gradient passes. The tape sees an operation without inputs, so a backward pass
 * neither needs x any more nor walks through what made it.
 */
export function constant<T extends tf.Tensor>(x: T): T {
  return tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => [] }))() as T;
}

/** What `compute` returns, as a constant: nothing that it does is recorded for a backward pass. */
export function unrecorded<T extends tf.Tensor>(compute: () => T): T {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))() as T;
}
