// A judge that training does not see: people's ratings of reviews, as a function of a text's vector.

import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { loadRatedReviews } from "../../data/movie-reviews";
import { type Checks, checkOptions, integer, made, randomness, required } from "../../src/core/options";
import type { Rng } from "../../src/core/random";
import { read } from "../../src/core/tidy";
import { pearson } from "../../src/metrics/agreement";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadMaskedLm } from "../../src/models/masked/load";
import { embedSentences } from "../../src/models/masked/sentence-encoder";
import { responseFeatures } from "../../src/policies/response-features";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import { chunks } from "../../src/text/batches";
import { isOf } from "./review-parts";
import { ridge } from "./ridge";

/** Texts as vectors, one each. */
export interface TextVectors {
  name: string;
  of(texts: readonly string[]): Promise<ArrayLike<number>[]>;
  dispose(): void;
}

/** Vectors of length 1 by the sentence encoder MiniLM, where the set-up has fetched it. */
export async function encoderVectors(): Promise<TextVectors> {
  const encoder = await loadMaskedLm("minilm-l6");
  return {
    name: "sentence embeddings of MiniLM",
    async of(texts) {
      const vectors_ND = await embedSentences(encoder, texts, { maxTokens: 64 });
      const [N, D] = vectors_ND.shape;
      const values = vectors_ND.dataSync();
      vectors_ND.dispose();
      return Array.from({ length: N }, (_, n) => values.subarray(n * D, (n + 1) * D));
    },
    dispose: () => encoder.dispose(),
  };
}

/** The mean of an LM's states of the tokens, at half of its layers, scaled to length 1; it disposes the LM. */
export const lmVectors = (lm: CausalLm): TextVectors => ({
  name: `mean states of ${lm.name}`,
  async of(texts) {
    const features = await responseFeatures(lm, aq.table({ response: [...texts] }));
    return chunks([...texts.keys()], 64).flatMap(rows => {
      const means = read(() => {
        const { features_BTD, mask_BT } = features.rows(rows);
        return tf.div(tf.sum(tf.mul(features_BTD, tf.expandDims(mask_BT, 2)), 1), tf.sum(mask_BT, 1, true));
      });
      return rows.map((_, i) => unit(means.subarray(i * features.width, (i + 1) * features.width)));
    });
  },
  dispose: () => lm.dispose(),
});

function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)) || 1;
  return vector.map(x => x / norm);
}

/** A score of samples from −4 to 4, as people would rate them. */
export interface Judge extends Score<Sample> {
  /** Pearson's r with the ratings of reviews that it was not learned from. */
  correlation: number;
}

export interface JudgeOptions {
  vectors: TextVectors;
  /** Reviews to learn from; a quarter as many more are held out. */
  reviews: number;
  rng: Rng;
}

const judgeChecks: Checks<JudgeOptions> = {
  vectors: required(made("vectors of texts", "name", "of")),
  reviews: required(integer(8)),
  rng: required(randomness),
};

/**
 * Learns it by ridge regression of the rating on the vector, from reviews that serve nothing else.
 *
 * Errors: those of `checkOptions`; reviews that are missing.
 */
export async function learnJudge(options: JudgeOptions): Promise<Judge> {
  checkOptions("learnJudge", options, judgeChecks);
  const { vectors, reviews, rng } = options;
  const rated = loadRatedReviews({ keep: (_, id) => isOf("judge", id) });
  const rows = rng.shuffled(Array(rated.numRows()).keys()).slice(0, Math.ceil(1.25 * reviews));
  const [texts, ratings] = [rated.array("text") as string[], rated.array("rating") as number[]];
  const all = await vectors.of(rows.map(row => texts[row]));
  const values = rows.map(row => ratings[row]);
  const rate = ridge(all.slice(0, reviews), values.slice(0, reviews), 1);
  const heldOut = all.slice(reviews).map(rate);
  return {
    name: `ratings, learned from ${vectors.name}`,
    correlation: pearson(heldOut, values.slice(reviews)),
    async apply(samples) {
      const own = await vectors.of(Array.from(samples, ({ text }) => text?.trim() || "."));
      return Float32Array.from(own, rate);
    },
  };
}
