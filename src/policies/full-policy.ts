// A policy of which anything may train: every pass runs prompts and responses through the whole LM, and only features
// are kept.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, made, orInfinity, required } from "../core/options";
import { tidy } from "../core/tidy";
import type { GenerativeModel } from "../models/decoding";
import type { Model } from "../models/model";
import { trainingNames } from "../models/trainable";
import { bucketByTokens, padRight } from "../text/batches";
import { checkExamples, type Example, encodedFeatures, type ResponsePolicy } from "./response-policy";

/** Options of `causalFullPolicy` and `seq2seqFullPolicy`. */
export interface FullPolicyOptions<M> {
  /**
   * The frozen LM whose last states are the features of response tokens: `frozenCopy` of the policy's, or another of
   * its kind.
   */
  frozen: M;
  /** Tokens of a pass of `encode`, prompts, responses and padding: it bounds memory. Default 4096. */
  batchTokens?: number;
}

const fullPolicyChecks: Checks<FullPolicyOptions<unknown>> = {
  frozen: required(made("a frozen LM, such as frozenCopy(lm)", "weights", "config")),
  batchTokens: orInfinity(integer(1)),
};

/** What differs between kinds of LMs. */
export interface FullPolicyFamily<M> {
  width: number;
  /**
   * States [B, 1 + T, D] after the final norm: at the last token of each prompt, then at the first T tokens of its
   * response. `responseOf` gives the response tokens to run.
   */
  states(model: M, examples: readonly Example[], responseOf: (example: Example) => readonly number[]): tf.Tensor3D;
  /** [B, T, D] → [B, T, V]. */
  logits(model: M, states_BTD: tf.Tensor3D): tf.Tensor3D;
}

/**
 * The policy of an LM; `where` names its maker in errors. Errors: an option out of its range; a `frozen` LM that
 * trains.
 */
export function fullPolicy<M extends Model & GenerativeModel>(
  where: string,
  model: M,
  options: FullPolicyOptions<M>,
  { width: D, states: statesOf, logits }: FullPolicyFamily<M>,
): ResponsePolicy {
  checkOptions(where, options, fullPolicyChecks as Checks<FullPolicyOptions<M>>);
  const { frozen, batchTokens = 4096 } = options;
  const [training] = trainingNames(frozen);
  if (training) fail(frozen.name, `${training} trains`, "Give `frozenCopy` of the model, or a second LM, as `frozen`.");
  return {
    name: model.name,
    generator: model,
    bytes: ({ response }) => 4 * D * (1 + response.length),
    statesForFeaturesOnly: true,
    async encode(examples, onProgress) {
      checkExamples(model.name, examples);
      const states: Float32Array[] = [];
      const lengths = examples.map(({ prompt, response }) => prompt.length + response.length);
      let done = 0;
      for (const indices of bucketByTokens(lengths, batchTokens)) {
        const batch = indices.map(index => examples[index]);
        const states_BTD = tf.tidy(() => statesOf(frozen, batch, ({ response }) => response));
        const [T, numbers] = [states_BTD.shape[1], states_BTD.dataSync() as Float32Array];
        states_BTD.dispose();
        for (const [b, index] of indices.entries())
          states[index] = numbers.slice(b * T * D, (b * T + 1 + examples[index].response.length) * D);
        onProgress?.((done += indices.length), examples.length);
        await new Promise(setImmediate); // a notebook's interrupt gets its turn
      }
      return { examples, states };
    },
    teacherForce({ examples }, rows) {
      const batch = rows.map(row => examples[row]);
      const { ids, mask } = padRight(batch.map(({ response }) => response));
      const shape: [number, number] = [rows.length, ids[0].length];
      return tidy(() => {
        const states_BTD = statesOf(model, batch, ({ response }) => response.slice(0, -1));
        const [ids_BT, mask_BT] = [tf.tensor2d(ids, shape, "int32"), tf.tensor2d(mask, shape)];
        return { logits_BTV: logits(model, states_BTD), ids_BT, mask_BT };
      });
    },
    features: (encoded, rows) => encodedFeatures(encoded, rows, D, 1),
    featuresBefore: (encoded, rows) => encodedFeatures(encoded, rows, D, 0),
  };
}
