// Vectors of sentences from BERT: close for texts that mean the same. Source: Reimers & Gurevych 2019, arXiv:1908.10084.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../core/errors";
import { bucketByTokens, padRight } from "../../text/batches";
import { encodeWithin } from "../../text/encode-within";
import { contextLength } from "./config";
import { type MaskedInput, type MaskedLm, maskedForward } from "./forward";

export interface EmbedOptions {
  /** Longer texts are cut to so many tokens, special ones included. Default 256, or the model's context where that is shorter. */
  maxTokens?: number;
  /** Tokens of a pass, padding included, which bound its memory. Default 8192. */
  batchTokens?: number;
  /** Told of progress: texts done, texts in all. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * A vector of length 1 for each text, [N, D]: the mean of the last states over its tokens, scaled. The product of two is the cosine of their angle. The
 * caller disposes the result. Yields to the event loop between passes.
 *
 *     const encoder = await loadMaskedLm("minilm-l6");
 *     const vectors_ND = await embedSentences(encoder, ["a fine film", "a good movie"]);
 *
 * Errors: no texts; a model without a tokenizer.
 */
export async function embedSentences(
  model: MaskedLm,
  texts: readonly string[],
  { maxTokens = 256, batchTokens = 8192, onProgress }: EmbedOptions = {},
): Promise<tf.Tensor2D> {
  if (texts.length === 0) fail("embedSentences", "there are no texts", "Give at least one.");
  const most = Math.min(maxTokens, contextLength(model.config));
  const { tokenizer } = model;
  const ids = texts.map(text => encodeWithin(tokenizer, text, most).ids);
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
    const places = new Int32Array(texts.length);
    for (const [place, text] of batches.flat().entries()) places[text] = place;
    return tf.tidy(() => tf.gather(tf.concat(parts), tf.tensor1d(places)) as tf.Tensor2D);
  } finally {
    tf.dispose(parts);
  }
}

/**
 * The vectors of a padded batch, [B, D], special tokens included in the mean; differentiable.
 * Errors: those of `maskedForward`.
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
