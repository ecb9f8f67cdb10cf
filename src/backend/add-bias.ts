import * as tf from "@tensorflow/tfjs-core";
import { aloneIn, call, hasKernels } from "./call";

/**
 * x_ND + bias_D, plus more_ND if given. Gradients go to all of them. x_ND is consumed: its memory is reused for the
 * result unless something shares it, so pass a product that is not used again.
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
