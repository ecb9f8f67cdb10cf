// Untrained models: random weights.

import * as tf from "@tensorflow/tfjs-core";
import { type Checks, made, randomness, required } from "../core/options";
import type { Rng } from "../core/random";
import type { Tokenizer } from "../text/tokenizer";
import type { Weights } from "../weights/parameters";

/** Options of `createCausalLm`, `createMaskedLm` and `createSeq2Seq`. */
export interface CreateOptions {
  /** Stream of the initial values: see `randomWeights`. */
  rng: Rng;
  /** Default: none; the model then works on token ids alone. */
  tokenizer?: Tokenizer;
}

export const createChecks: Checks<CreateOptions> = {
  rng: required(randomness),
  tokenizer: made("a tokenizer, such as createTokenizer makes", "encode", "decode"),
};

/**
 * Weights of an untrained model: normal with standard deviation 0.02, gains of norms 1, biases 0. Each parameter has a
 * stream of its own, so it depends on the seed and its name alone. The caller owns them.
 */
export function randomWeights(shapes: Record<string, number[]>, rng: Rng): Weights {
  const make = (name: string, shape: number[]): tf.Tensor => {
    if (/(norm|\bln_)[^.]*\.weight$/i.test(name)) return tf.ones(shape);
    if (name.endsWith("bias")) return tf.zeros(shape);
    const { normal } = rng.split(name);
    return tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.02 * normal()),
      shape,
    );
  };
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, make(name, shape)]));
}
