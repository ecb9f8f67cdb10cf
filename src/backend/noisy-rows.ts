import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/**
 * The entries of x at these places of its first axis, plus noise: as many numbers of a pool as they have, from `start` on. One pass
 * over memory. No gradient.
 */
export function noisyRows<T extends tf.Tensor>(x: T, rows: readonly number[], pool: tf.Tensor1D, start: number): T {
  const shape = [rows.length, ...x.shape.slice(1)];
  return tf.tidy(() => {
    const places = tf.tensor1d([...rows], "int32");
    if (hasKernels()) return call("TokenwiseNoisyRows", [x, places, pool, tf.scalar(start, "int32")])[0] as T;
    const noise = tf.slice(pool, start, tf.util.sizeFromShape(shape));
    return tf.add(tf.gather(x, places), tf.reshape(noise, shape)) as T;
  });
}
