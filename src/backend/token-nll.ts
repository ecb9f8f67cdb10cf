// Cross entropy of given tokens. As logits are the largest tensors, it takes only two passes over them forward and one
// backward.

import * as tf from "@tensorflow/tfjs-core";
import { checkAxes } from "../core/shapes";
import { call, hasKernels } from "./call";

/**
 * Negative log-likelihood of the tokens ids_BT, [B, T]: −log softmax(logits)[id] = logsumexp(logits) − logits[id].
 * Gradient to logits_BTV: softmax − one-hot, times the incoming gradient; none to the ids.
 */
export function tokenNll(logits_BTV: tf.Tensor3D, ids_BT: tf.Tensor2D): tf.Tensor2D {
  checkAxes("tokenNll", { logits_BTV, ids_BT });
  return tf.tidy(() => {
    const whole_BT = ids_BT.dtype === "int32" ? ids_BT : tf.cast(ids_BT, "int32");
    return (hasKernels() ? fused : plain)(logits_BTV, whole_BT);
  });
}

function fused(logits_BTV: tf.Tensor3D, ids_BT: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad((logits, save) => {
    const [nll_BT, max_BT, sum_BT] = call("TokenwiseTokenNll", [logits as tf.Tensor, ids_BT], {}, 3);
    (save as tf.GradSaveFunc)([logits as tf.Tensor, ids_BT, max_BT, sum_BT]);
    return {
      value: nll_BT,
      gradFunc: (d_BT, saved) => call("TokenwiseTokenNllGradient", [...saved, d_BT])[0],
    };
  })(logits_BTV) as tf.Tensor2D;
}

function plain(logits_BTV: tf.Tensor3D, ids_BT: tf.Tensor2D): tf.Tensor2D {
  const [N, V] = [ids_BT.size, logits_BTV.shape[2]];
  const at_N2 = tf.stack([tf.range(0, N, 1, "int32"), tf.reshape(ids_BT, [N])], 1);
  const nll_N = tf.customGrad((logits, save) => {
    const logits_NV = logits as tf.Tensor2D;
    const max_N1 = tf.max(logits_NV, 1, true);
    const sum_N1 = tf.sum(tf.exp(tf.sub(logits_NV, max_N1)), 1, true);
    (save as tf.GradSaveFunc)([logits_NV, max_N1, sum_N1, at_N2]);
    const chosen_N = tf.gatherND(logits_NV, at_N2);
    return {
      // The logarithm is added last: log Σ exp(x − max) + max would lose digits if max is large.
      value: tf.add(tf.sub(tf.squeeze(max_N1, [1]), chosen_N), tf.log(tf.squeeze(sum_N1, [1]))),
      gradFunc: (d_N, [logits_NV, max_N1, sum_N1, at_N2]) => {
        const scale_N1 = tf.div(tf.expandDims(d_N, 1), sum_N1);
        // The inner tidy frees each [N, V] tensor before the next term is computed.
        const expected_NV = tf.tidy(() => tf.mul(tf.exp(tf.sub(logits_NV, max_N1)), scale_N1));
        return tf.sub(expected_NV, tf.scatterND(at_N2, d_N, [N, V]));
      },
    };
  })(tf.reshape(logits_BTV, [N, V]));
  return tf.reshape(nll_N, ids_BT.shape) as tf.Tensor2D;
}
