// An encoder–decoder LM that trains to answer contexts, with any of its parameters: every pass reads contexts and responses anew.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { tidy } from "../core/tidy";
import { bucketByTokens, padRight } from "../text/batches";
import { type Answer, checkAnswers, type ResponsePolicy, stacked } from "./response-policy";
import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "./seq2seq";

export interface Seq2SeqResponseOptions {
  /** The frozen LM whose decoder states are the features of response tokens: a second one that does not train. */
  reader: Seq2SeqLm;
  /** Tokens read at a time, contexts, responses and padding. Default 4096. */
  batchTokens?: number;
}

/** The policy. Errors: a reader that trains. */
export function seq2seqResponsePolicy(
  model: Seq2SeqLm,
  { reader, batchTokens = 4096 }: Seq2SeqResponseOptions,
): ResponsePolicy {
  const D = reader.config.width;
  const { weights, lowRank } = reader;
  const trains = Object.keys(weights).find(name => weights[name] instanceof tf.Variable || name in lowRank);
  if (trains) fail(reader.name, `${trains} trains`, "Load a second LM as the reader.");
  return {
    name: model.name,
    generator: model,
    async read(answers, onProgress) {
      checkAnswers(model.name, answers);
      const states: Float32Array[] = [];
      const sizes = answers.map(({ context, response }) => context.length + response.length);
      let done = 0;
      for (const places of bucketByTokens(sizes, batchTokens)) {
        const batch = places.map(place => answers[place]);
        const x_BTD = tf.tidy(() => decoded(reader, batch, ({ response }) => [reader.startToken!, ...response]));
        const [T, numbers] = [x_BTD.shape[1], x_BTD.dataSync() as Float32Array];
        x_BTD.dispose();
        // Position t + 1 is where the t-th token has been read.
        for (const [b, place] of places.entries())
          states[place] = numbers.slice((b * T + 1) * D, (b * T + 1 + answers[place].response.length) * D);
        onProgress?.((done += places.length), answers.length);
        await new Promise(setImmediate); // a notebook's interrupt gets its turn
      }
      return { answers, states };
    },
    teach({ answers }, rows) {
      const batch = rows.map(row => answers[row]);
      const { ids, mask } = padRight(batch.map(({ response }) => response));
      const shape: [number, number] = [rows.length, ids[0].length];
      return tidy(() => {
        const states_BTD = decoded(model, batch, ({ response }) => [model.startToken!, ...response.slice(0, -1)]);
        const [ids_BT, mask_BT] = [tf.tensor2d(ids, shape, "int32"), tf.tensor2d(mask, shape)];
        return { logits_BTV: seq2seqLogits(model, states_BTD), ids_BT, mask_BT };
      });
    },
    features(read, rows) {
      const { mask } = padRight(rows.map(row => read.answers[row].response));
      const T = mask[0].length;
      return { features_BTD: stacked(read.states, rows, T, D), mask_BT: tf.tensor2d(mask, [rows.length, T]) };
    },
  };
}

/** The decoder's states over what each answer's decoder is fed. */
function decoded(model: Seq2SeqLm, answers: readonly Answer[], fed: (answer: Answer) => readonly number[]) {
  const source = encodeSource(model, padRight(answers.map(({ context }) => context)));
  return decodeTarget(model, source, padRight(answers.map(fed)));
}
