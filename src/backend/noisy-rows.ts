import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/**
 * The entries of x at these indices of its first axis, plus noise: consecutive numbers of `pool` from index `start` on.
 * One pass over memory. No gradient.
 */
export function noisyRows<T extends tf.Tensor>(x: T, rows: readonly number[], pool: tf.Tensor1D, start: number): T {
  const shape = [rows.length, ...x.shape.slice(1)];
  return tf.tidy(() => {
    const indices = tf.tensor1d([...rows], "int32");
    if (hasKernels()) return call("TokenwiseNoisyRows", [x, indices, pool, tf.scalar(start, "int32")])[0] as T;
    const noise = tf.slice(pool, start, tf.util.sizeFromShape(shape));
    return tf.add(tf.gather(x, indices), tf.reshape(noise, shape)) as T;
  });
}
