import * as tf from "@tensorflow/tfjs-core";

let done = false;

/**
 * tfjs-node runs an op even for a cast to the same type, and the gradients of products and quotients are full of them. Now such a
 * cast shares the memory, as on the other engines.
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
