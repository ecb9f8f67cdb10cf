import * as tf from "@tensorflow/tfjs-core";

interface Tracking {
  state: { tensorInfo: WeakMap<object, unknown> };
  trackTensor(x: tf.Tensor, backend: unknown): void;
  removeDataId(dataId: object, backend: unknown): void;
}

/**
 * The most memory that tensors took at once while `work` ran, less what they took before. (`tf.memory` counts a clone
 * as if it had memory of its own.)
 */
export function peakBytes(work: () => void): number {
  const engine = tf.engine() as unknown as Tracking;
  const { trackTensor, removeDataId } = engine;
  const bytes = new Map<object, number>();
  let [now, most] = [0, 0];
  engine.trackTensor = (x, backend) => {
    if (!engine.state.tensorInfo.has(x.dataId)) {
      bytes.set(x.dataId, 4 * x.size);
      now += 4 * x.size;
      most = Math.max(most, now);
    }
    trackTensor.call(engine, x, backend);
  };
  engine.removeDataId = (dataId, backend) => {
    now -= bytes.get(dataId) ?? 0;
    bytes.delete(dataId);
    removeDataId.call(engine, dataId, backend);
  };
  try {
    work();
    return most;
  } finally {
    Object.assign(engine, { trackTensor, removeDataId });
  }
}
