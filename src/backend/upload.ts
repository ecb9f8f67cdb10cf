import * as tf from "@tensorflow/tfjs-core";

/**
 * Copies the values of a new tensor to the engine at once. Otherwise TensorFlow's backend waits until the tensor is
 * first used, and keeps the array that it was created from until then.
 */
export function upload<T extends tf.Tensor>(x: T): T {
  if (tf.getBackend() === "tensorflow")
    (tf.backend() as unknown as { getInputTensorIds(tensors: tf.Tensor[]): number[] }).getInputTensorIds([x]);
  return x;
}
