// Activations, by themselves or as the gate of a feed-forward layer, in one pass over memory.

import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/** x · sigmoid(x), or GELU in its tanh form. */
export type GateActivation = "silu" | "gelu_tanh";

/** activation(gate) · up, or without `up` activation(gate). Gradients go to both. */
export function gated<T extends tf.Tensor>(activation: GateActivation, gate: T, up?: T): T {
  if (hasKernels()) return fused(activation, gate, up) as T;
  return tf.tidy(() => {
    const active = plain[activation](gate);
    return (up ? tf.mul(active, up) : active) as T;
  });
}

const plain: Record<GateActivation, (x: tf.Tensor) => tf.Tensor> = {
  silu: x => tf.mul(x, tf.sigmoid(x)),
  gelu_tanh(x) {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(x, tf.sigmoid(tf.mul(inner, 2))); // (1 + tanh u) / 2 without cancellation for very negative u
  },
};

function fused(activation: GateActivation, gate: tf.Tensor, up: tf.Tensor | undefined): tf.Tensor {
  const attributes = { gelu: activation === "gelu_tanh", alone: up === undefined };
  const inputs = up ? [gate, up] : [gate];
  return tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    save(given as tf.Tensor[]);
    return {
      value: call("TokenwiseGated", [gate, up ?? gate], attributes)[0],
      gradFunc: (dy, [gate, up]) =>
        call("TokenwiseGatedGradient", [gate, up ?? gate, dy], attributes, 2).slice(0, inputs.length),
    };
  })(...inputs);
}
