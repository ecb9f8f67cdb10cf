import * as tf from "@tensorflow/tfjs-core";
import { aloneIn, call, hasKernels } from "./call";

/**
 * max(x_ND + bias_D, 0) in one pass over memory. Gradients go to both. x_ND is consumed: its memory is reused for the
 * result unless something shares it, so pass a product that is not used again.
 */
export function biasRelu(x_ND: tf.Tensor2D, bias_D: tf.Tensor1D): tf.Tensor2D {
  if (!hasKernels()) return tf.tidy(() => tf.relu(tf.add(x_ND, bias_D)) as tf.Tensor2D);
  const attributes = { alone: { int: aloneIn(x_ND) } };
  return tf.customGrad((x, bias, save) => {
    const [y_ND] = call("TokenwiseBiasRelu", [x as tf.Tensor, bias as tf.Tensor], attributes);
    (save as tf.GradSaveFunc)([y_ND]);
    return { value: y_ND, gradFunc: (dy_ND, [y_ND]) => call("TokenwiseBiasReluGradient", [y_ND, dy_ND], {}, 2) };
  })(x_ND, bias_D) as tf.Tensor2D;
}
