import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/random";
import type { Weights } from "../weights/parameters";

/**
 * Weights of an untrained model: normal with standard deviation 0.02, norms 1, biases 0. Each parameter has its own stream, so it depends on the seed
 * and its name alone.
 */
export function randomWeights(shapes: Record<string, number[]>, rng: Rng): Weights {
  const make = (name: string, shape: number[]): tf.Tensor => {
    if (/(norm|\bln_)[^.]*\.weight$/i.test(name)) return tf.ones(shape);
    if (name.endsWith("bias")) return tf.zeros(shape);
    const { normal } = rng.split(name);
    return tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.02 * normal()),
      shape,
    );
  };
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, make(name, shape)]));
}
