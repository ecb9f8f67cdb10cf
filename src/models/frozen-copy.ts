// A model as it is now, beside one that goes on training.

import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import type { LowRank, Model } from "./model";

/**
 * A copy for reading that does not train, with the low-rank updates as they are. It shares the model's memory; what trains has memory of its own from the
 * first update on. Dispose it before the model, which owns the bfloat16 matrices of both.
 *
 * Errors: later, when it is asked to write.
 */
export function frozenCopy<M extends Model>(model: M): M {
  const copies = new Map<tf.Tensor, tf.Tensor>(); // tied weights stay one
  const frozen = (x: tf.Tensor): tf.Tensor => {
    if (isBfloat16(x)) return x; // it cannot be cloned, nor train
    if (!copies.has(x)) copies.set(x, tf.keep(tf.clone(x)));
    return copies.get(x)!;
  };
  const mapped = <X, Y>(record: Record<string, X>, change: (value: X) => Y) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
  const own = {
    weights: mapped(model.weights, frozen),
    lowRank: mapped(model.lowRank, ({ down, up, scale }) => ({ down: frozen(down), up: frozen(up), scale }) as LowRank),
    startDecoding: () => fail(model.name, "this copy only reads", "Write with the model itself."),
    dispose: () => tf.dispose([...copies.values()]),
  };
  return Object.assign(Object.create(model), own);
}
