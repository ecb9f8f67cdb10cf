import * as tf from "@tensorflow/tfjs-core";
import { aloneIn, call, hasKernels } from "./call";

/**
 * x + bias, and + more where it is given: rows [N, D] and a bias [D]. Gradients go to all of them. x is used up: its memory holds the
 * result, unless something shares it. Hand in a product that nothing reads again.
 */
export function addBias(x_ND: tf.Tensor2D, bias_D: tf.Tensor1D, more_ND?: tf.Tensor2D): tf.Tensor2D {
  if (!hasKernels())
    return tf.tidy(() => (more_ND ? tf.add(tf.add(x_ND, bias_D), more_ND) : tf.add(x_ND, bias_D)) as tf.Tensor2D);
  const more = more_ND ? [more_ND] : [];
  const attributes = { alone: { int: aloneIn(x_ND) }, N: { int: more.length } };
  return tf.customGrad((...inputs) => ({
    value: call("TokenwiseAddBias", inputs.slice(0, 2 + more.length) as tf.Tensor[], attributes)[0],
    gradFunc: dy_ND => [tf.clone(dy_ND), call("TokenwiseColumnSums", [dy_ND])[0], ...more.map(() => tf.clone(dy_ND))],
  }))(x_ND, bias_D, ...more) as tf.Tensor2D;
}
