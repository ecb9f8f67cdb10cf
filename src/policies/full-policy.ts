// A policy that may train in whole: every pass reads contexts and responses anew, and nothing of them is kept but features.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { tidy } from "../core/tidy";
import type { GenerativeModel } from "../models/decoding";
import type { Model } from "../models/model";
import { trainingNames } from "../models/trainable";
import { bucketByTokens, padRight } from "../text/batches";
import { checkExamples, type Example, type ResponsePolicy, stacked } from "./response-policy";

export interface FullPolicyOptions<M> {
  /** The frozen LM whose last states are the features of response tokens: `frozenCopy` of the policy's, or another of its kind. */
  reader: M;
  /** Tokens read at a time, contexts, responses and padding. Default 4096. */
  batchTokens?: number;
}

/** What a family of LMs does. */
export interface FullPolicyFamily<M> {
  width: number;
  /** Normed states [B, 1 + T, D]: at the end of each context, and after each of the first T tokens of its response, which `fed` names. */
  states(model: M, examples: readonly Example[], fed: (example: Example) => readonly number[]): tf.Tensor3D;
  logits(model: M, states_BTD: tf.Tensor3D): tf.Tensor3D;
}

/** The policy of an LM. Errors: a reader that trains. */
export function fullPolicy<M extends Model & GenerativeModel>(
  model: M,
  { reader, batchTokens = 4096 }: FullPolicyOptions<M>,
  { width: D, states: statesOf, logits }: FullPolicyFamily<M>,
): ResponsePolicy {
  const [trains] = trainingNames(reader);
  if (trains) fail(reader.name, `${trains} trains`, "Give `frozenCopy` of the model, or a second LM, as the reader.");
  return {
    name: model.name,
    generator: model,
    bytes: ({ response }) => 4 * D * response.length,
    async encode(examples, onProgress) {
      checkExamples(model.name, examples);
      const states: Float32Array[] = [];
      const sizes = examples.map(({ prompt, response }) => prompt.length + response.length);
      let done = 0;
      for (const places of bucketByTokens(sizes, batchTokens)) {
        const batch = places.map(place => examples[place]);
        const x_BTD = tf.tidy(() => statesOf(reader, batch, ({ response }) => response));
        const [T, numbers] = [x_BTD.shape[1], x_BTD.dataSync() as Float32Array];
        x_BTD.dispose();
        // Position t + 1 is where the t-th token has been read.
        for (const [b, place] of places.entries())
          states[place] = numbers.slice((b * T + 1) * D, (b * T + 1 + examples[place].response.length) * D);
        onProgress?.((done += places.length), examples.length);
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
    features(read, rows) {
      const { mask } = padRight(rows.map(row => read.examples[row].response));
      const T = mask[0].length;
      return { features_BTD: stacked(read.states, rows, T, D), mask_BT: tf.tensor2d(mask, [rows.length, T]) };
    },
  };
}
