// Activation functions by their names in configurations, as Transformers computes them.

import * as tf from "@tensorflow/tfjs-core";
import { gated } from "../../backend/gated";
import { silu } from "./layers";

export const activations = [
  "relu",
  "silu",
  "swish",
  "gelu",
  "gelu_new",
  "gelu_pytorch_tanh",
  "gelu_fast",
  "tanh",
] as const;
export type ActivationName = (typeof activations)[number];

/** Applies an activation elementwise. Source of GELU and its tanh form: Hendrycks & Gimpel 2016, arXiv:1606.08415. */
export function activation<T extends tf.Tensor>(name: ActivationName, x: T): T {
  switch (name) {
    case "relu":
      return tf.relu(x);
    case "tanh":
      return tf.tanh(x);
    case "silu":
    case "swish":
      return silu(x);
    case "gelu":
      return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as T);
    default:
      return gated("gelu_tanh", x);
  }
}
