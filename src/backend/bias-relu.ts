import * as tf from "@tensorflow/tfjs-core";
import { aloneIn, call, hasKernels } from "./call";

/**
 * max(x + bias, 0) of rows [N, D] and a bias [D], in one pass over memory. Gradients go to both. x is used up: its memory holds the
 * result, unless something shares it. Hand in a product that nothing reads again.
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
