// The rotation of rotary position embeddings in one pass over memory.

import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/**
 * Rotates N rows of heads of C values: the halves (a, b) of each head become (a·cos − b·sin, b·cos + a·sin). Cosines
 * and sines are the same in both halves. Gradients go to x_ND.
 */
export function turned(x_ND: tf.Tensor2D, cos_N1C: tf.Tensor3D, sin_N1C: tf.Tensor3D): tf.Tensor2D {
  const [N, , C] = cos_N1C.shape;
  if (hasKernels()) {
    const turn = (x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor, back: boolean) =>
      call("TokenwiseRotary", [x, cos, sin], { back })[0];
    return tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([cos_N1C, sin_N1C]);
      return {
        value: turn(x as tf.Tensor, cos_N1C, sin_N1C, false),
        gradFunc: (dy, [cos, sin]) => turn(dy, cos, sin, true),
      };
    })(x_ND) as tf.Tensor2D;
  }
  return tf.tidy(() => {
    const heads = tf.reshape(x_ND, [N, -1, C]);
    const [first, second] = tf.split(heads, 2, -1);
    const across = tf.concat([tf.neg(second), first], -1);
    return tf.reshape(tf.add(tf.mul(heads, cos_N1C), tf.mul(across, sin_N1C)), x_ND.shape) as tf.Tensor2D;
  });
}
