import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";

/** The numbers of a tensor equal these: |a − b| ≤ tolerance · (1 + |b|). */
export function close(actual: tf.Tensor, expected: unknown, tolerance = 1e-5): void {
  const found = [...actual.dataSync()];
  const wanted = [expected].flat(Infinity) as number[];
  assert.equal(found.length, wanted.length, `shape [${actual.shape}]`);
  for (const [i, x] of found.entries()) {
    assert.ok(
      Object.is(x, wanted[i]) || Math.abs(x - wanted[i]) <= tolerance * (1 + Math.abs(wanted[i])),
      `number ${i} is ${x}, expected ${wanted[i]}`,
    );
  }
}

/** Nothing but the returned tensors survives `make`. */
export function leavesNothing(make: () => tf.TensorContainer): void {
  const before = tf.memory().numTensors;
  tf.dispose(make());
  assert.equal(tf.memory().numTensors, before);
}
