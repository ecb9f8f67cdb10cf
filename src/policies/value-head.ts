// A value head: what the return from a state on will be, read from the frozen LM's state before the token is drawn.

import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/random";
import { read, tidy } from "../core/tidy";
import { createMlp } from "../models/parts/mlp";
import { chunks } from "../text/batches";
import type { EncodedExamples, ResponsePolicy } from "./response-policy";
import { tokensOf } from "./token-rows";

/** V of the states before response tokens. */
export interface ValueHead {
  variables: tf.Variable[];
  /** [B, T], for the tape: gradients go to the variables. */
  values(encoded: EncodedExamples, rows: readonly number[]): tf.Tensor2D;
  /** The values of all examples' tokens as they are now, `passSize` responses at a time. */
  numbers(encoded: EncodedExamples, passSize: number): Float32Array[];
  /** Takes mean and std of the features from these examples. The first call counts, later ones change nothing. */
  standardize(encoded: EncodedExamples): void;
  /** Copies of mean and std, if there are any, for a checkpoint; `restore` takes copies of them. */
  saved(): Record<string, tf.Tensor>;
  restore(saved: Record<string, tf.Tensor>): void;
  dispose(): void;
}

/**
 * An MLP on the features of the states from which tokens are drawn (`featuresBefore`), each less its mean and over its
 * std. Like the guidance it reads the LM as it was before training, so that it learns beside the policy and changes
 * nothing of it. `prompt` is any that the policy knows.
 */
export async function createValueHead(
  policy: ResponsePolicy,
  prompt: readonly number[],
  { hidden, rng }: { hidden: number; rng: Rng },
): Promise<ValueHead> {
  const one = await policy.encode([{ prompt, response: [0] }]);
  const [D] = tf.tidy(() => policy.featuresBefore(one, [0]).features_BTD.shape.slice(2));
  const mlp = createMlp({ inputs: D, hidden, outputs: 1, lastGain: 0.1, rng });
  let scale: { mean: tf.Tensor; std: tf.Tensor } | undefined;
  const take = (mean: tf.Tensor, std: tf.Tensor) => {
    tf.dispose(scale ? [scale.mean, scale.std] : []);
    scale = { mean, std };
  };
  function values(encoded: EncodedExamples, rows: readonly number[]): tf.Tensor2D {
    return tidy(() => {
      const { features_BTD } = policy.featuresBefore(encoded, rows);
      const [B, T] = features_BTD.shape;
      const x_BTD = scale ? tf.div(tf.sub(features_BTD, scale.mean), scale.std) : features_BTD;
      return tf.reshape(mlp.apply(tf.reshape(x_BTD, [B * T, D])), [B, T]) as tf.Tensor2D;
    });
  }
  return {
    variables: mlp.variables,
    values,
    numbers(encoded, passSize) {
      return chunks([...encoded.examples.keys()], passSize).flatMap(rows => {
        const lengths = rows.map(row => encoded.examples[row].response.length);
        return tokensOf(
          read(() => values(encoded, rows)),
          lengths,
        );
      });
    },
    standardize(encoded) {
      if (scale) return;
      const { mean, std } = momentsOf(policy, encoded, D);
      take(tf.tensor1d(mean), tf.tensor1d(std));
    },
    saved: (): Record<string, tf.Tensor> => (scale ? { mean: tf.clone(scale.mean), std: tf.clone(scale.std) } : {}),
    restore({ mean, std }) {
      if (mean) take(tf.clone(mean), tf.clone(std));
    },
    dispose() {
      mlp.dispose();
      tf.dispose(scale ? [scale.mean, scale.std] : []);
    },
  };
}

/** Mean and std + 0.001 of each feature over the tokens of all examples, one example at a time. */
function momentsOf(policy: ResponsePolicy, encoded: EncodedExamples, D: number) {
  const [sum, squares] = [new Float64Array(D), new Float64Array(D)];
  let tokens = 0;
  for (const [row, { response }] of encoded.examples.entries()) {
    const states = read(() => policy.featuresBefore(encoded, [row]).features_BTD);
    for (let i = 0; i < response.length * D; i++) {
      sum[i % D] += states[i];
      squares[i % D] += states[i] ** 2;
    }
    tokens += response.length;
  }
  const mean = Float32Array.from(sum, x => x / tokens);
  const std = Float32Array.from(squares, (x, d) => Math.sqrt(Math.max(0, x / tokens - mean[d] ** 2)) + 1e-3);
  return { mean, std };
}
