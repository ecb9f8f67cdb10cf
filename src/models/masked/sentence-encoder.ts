// Sentence embeddings from BERT: texts of similar meaning get similar vectors. Source: Reimers & Gurevych 2019,
// arXiv:1908.10084.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../core/errors";
import { type Checks, callback, checkOptions, integer, orInfinity } from "../../core/options";
import { bucketByTokens, padRight } from "../../text/batches";
import { encodeWithin } from "../../text/encode-within";
import { contextLength } from "./config";
import { type MaskedInput, type MaskedLm, maskedForward } from "./forward";

/** Options of `embedSentences`. */
export interface EmbedOptions {
  /**
   * Texts are truncated to so many tokens, special ones included; never longer than the model's context. Default 256.
   */
  maxTokens?: number;
  /** Tokens of a pass, padding included: it bounds memory. Default 8192. */
  batchTokens?: number;
  /** Called with texts done and in total. */
  onProgress?: (done: number, total: number) => void;
}

const embedChecks: Checks<EmbedOptions> = {
  maxTokens: orInfinity(integer(1)),
  batchTokens: orInfinity(integer(1)),
  onProgress: callback,
};

/**
 * Sentence embeddings, [N, D]: for each text the mean of the last states over its tokens, scaled to length 1, so that
 * the dot product of two is their cosine similarity. The caller disposes the result. Yields to the event loop between
 * passes.
 *
 *     const encoder = await loadMaskedLm("minilm-l6");
 *     const vectors_ND = await embedSentences(encoder, ["a fine film", "a good movie"]);
 *
 * Errors: no texts; a model without a tokenizer; an option out of its range.
 */
export async function embedSentences(
  model: MaskedLm,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<tf.Tensor2D> {
  checkOptions("embedSentences", options, embedChecks);
  const { maxTokens = 256, batchTokens = 8192, onProgress } = options;
  if (texts.length === 0) fail("embedSentences", "there are no texts", "Give at least one.");
  const longest = Math.min(maxTokens, contextLength(model.config));
  const { tokenizer } = model;
  const ids = texts.map(text => encodeWithin(tokenizer, text, longest).ids);
  const batches = bucketByTokens(
    ids.map(({ length }) => length),
    batchTokens,
  );
  const parts: tf.Tensor2D[] = [];
  try {
    let done = 0;
    for (const batch of batches) {
      const input = padRight(
        batch.map(text => ids[text]),
        model.config.padding,
      );
      parts.push(sentenceVectors(model, input));
      onProgress?.((done += batch.length), texts.length);
      await new Promise(setImmediate);
    }
    const rowOf = new Int32Array(texts.length);
    for (const [row, text] of batches.flat().entries()) rowOf[text] = row;
    return tf.tidy(() => tf.gather(tf.concat(parts), tf.tensor1d(rowOf)) as tf.Tensor2D);
  } finally {
    tf.dispose(parts);
  }
}

/**
 * Sentence embeddings of a padded batch, [B, D]; special tokens count in the mean. Gradients go to all parameters that
 * are variables. The caller disposes the result. Errors: those of `maskedForward`.
 */
export function sentenceVectors(model: MaskedLm, input: MaskedInput): tf.Tensor2D {
  return tf.tidy(() => {
    const last_BTD = maskedForward(model, input);
    const mask_BT = tf.tensor2d(input.mask);
    const tokens_B1 = tf.sum(mask_BT, 1, true);
    const mean_BD = tf.div(tf.sum(tf.mul(last_BTD, tf.expandDims(mask_BT, 2)), 1), tokens_B1);
    return tf.div(mean_BD, tf.maximum(tf.norm(mean_BD, 2, 1, true), 1e-12)) as tf.Tensor2D;
  });
}
