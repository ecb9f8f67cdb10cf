import * as tf from "@tensorflow/tfjs-core";

/**
 * Hands a new tensor's numbers to the engine now. TensorFlow's backend waits until a tensor is first used and keeps the array that
 * it was made from until then.
 */
export function upload<T extends tf.Tensor>(x: T): T {
  if (tf.getBackend() === "tensorflow")
    (tf.backend() as unknown as { getInputTensorIds(tensors: tf.Tensor[]): number[] }).getInputTensorIds([x]);
  return x;
}
