import * as tf from "@tensorflow/tfjs-core";

/** Cosine similarity of every row of x with every row of y, [B, N]; 0 for a row of zeros. */
export function cosines(x_BD: tf.Tensor2D, y_ND: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(unit(x_BD), unit(y_ND), false, true));
}

function unit(x_BD: tf.Tensor2D): tf.Tensor2D {
  const squared_B1 = tf.maximum(tf.sum(tf.square(x_BD), 1, true), 1e-24);
  return tf.div(x_BD, tf.sqrt(squared_B1));
}
