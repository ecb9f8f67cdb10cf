// A model as it is now, beside one that goes on training.

import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import type { LowRank, Model } from "./model";

/**
 * A frozen copy of a model, low-rank updates included, for forward passes only. It shares the model's memory;
 * parameters that train get memory of their own at their first update. Dispose it before the model, which owns the
 * bfloat16 matrices of both.
 *
 *     const reference = frozenCopy(lm);
 *
 * Errors, when it is asked to generate: use the model itself.
 */
export function frozenCopy<M extends Model>(model: M): M {
  const copies = new Map<tf.Tensor, tf.Tensor>(); // tied weights stay tied
  const frozen = (x: tf.Tensor): tf.Tensor => {
    if (isBfloat16(x)) return x; // cannot be cloned, and never trains
    if (!copies.has(x)) copies.set(x, tf.keep(tf.clone(x)));
    return copies.get(x)!;
  };
  const mapped = <X, Y>(record: Record<string, X>, change: (value: X) => Y) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
  const own = {
    weights: mapped(model.weights, frozen),
    lowRank: mapped(model.lowRank, ({ down, up, scale }) => ({ down: frozen(down), up: frozen(up), scale }) as LowRank),
    startDecoding: () => fail(model.name, "a frozen copy does not generate", "Generate with the model itself."),
    dispose: () => tf.dispose([...copies.values()]),
  };
  return Object.assign(Object.create(model), own);
}
