import * as tf from "@tensorflow/tfjs-core";

let done = false;

/**
 * Makes casts to the same type share memory, as on the other engines: tfjs-node runs an op for each, and the gradients
 * of products and quotients contain many.
 */
export function shareIdentityCasts(): void {
  if (done) return;
  const { kernelFunc } = tf.getKernel("Cast", "tensorflow");
  tf.unregisterKernel("Cast", "tensorflow");
  tf.registerKernel({
    kernelName: "Cast",
    backendName: "tensorflow",
    kernelFunc(parameters) {
      const x = parameters.inputs.x as tf.TensorInfo;
      if (x.dtype !== parameters.attrs!.dtype) return kernelFunc(parameters);
      (parameters.backend as tf.KernelBackend).incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
  done = true;
}
