// Our side of the models benchmark; models_peer.py does the same.

import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../../../src/backend/adamw";
import { tokenNll } from "../../../src/backend/token-nll";
import { read } from "../../../src/core/tidy";
import { type CausalLm, causalForward, causalLogits, lastStates } from "../../../src/models/causal/forward";

export const [rows, tokens] = [8, 64];
/** Token ids, which both sides compute alike. */
export const ids = Array.from({ length: rows }, (_, b) =>
  Array.from({ length: tokens }, (_, t) => 17 + ((b * 977 + t * 131) % 49000)),
);
const mask = ids.map(row => row.map(() => 1));

/** Computes logits of all tokens; returns those of the last one in each row. */
export function allLogits(model: CausalLm): Float32Array {
  return read(() => {
    const { last } = causalForward(model, { ids, mask });
    const logits_BTV = causalLogits(model, last);
    return tf.slice(logits_BTV, [0, tokens - 1, 0], [rows, 1, -1]);
  });
}

/** Logits of one token: the first output of a loaded model. */
export const firstLogits = (model: CausalLm): Float32Array =>
  read(() => {
    const { last } = causalForward(model, { ids: [ids[0]], mask: [mask[0]] });
    return causalLogits(model, lastStates(last, [tokens]));
  });

/** Mean negative log-likelihood of every token after the first. */
function meanNll(model: CausalLm): tf.Scalar {
  const { last } = causalForward(model, { ids: ids.map(row => row.slice(0, -1)), mask: mask.map(row => row.slice(1)) });
  const next_BT = tf.tensor2d(
    ids.map(row => row.slice(1)),
    [rows, tokens - 1],
    "int32",
  );
  return tf.mean(tokenNll(causalLogits(model, last), next_BT));
}

/** A training step on these variables; returns the loss before it. */
export function trainer(model: CausalLm, variables: tf.Variable[], learningRate: number) {
  const optimizer = adamW(variables, { learningRate, weightDecay: 0.01, clipNorm: 1 });
  return { step: () => optimizer.minimize(() => meanNll(model)).loss, dispose: optimizer.dispose };
}
