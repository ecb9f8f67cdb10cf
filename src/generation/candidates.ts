// The vocabulary of prompts: likely continuations of the task's texts. Labels are not used.

import * as tf from "@tensorflow/tfjs-core";
import { type Checks, callback, checkOptions, integer, randomness, required } from "../core/options";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import type { CausalLm } from "../models/causal/forward";
import { chunks } from "../text/batches";

export interface CandidateOptions {
  /** How many tokens. Default 256, the paper's top-k. */
  size?: number;
  /** How many tokens are sampled after each text. Default 5. */
  depth?: number;
  startToken?: number;
  rng: Rng;
  /** Called with texts done and in total. */
  onProgress?: (done: number, total: number) => void;
}

const candidateChecks: Checks<CandidateOptions> = {
  size: integer(1),
  depth: integer(1),
  startToken: integer(0),
  rng: required(randomness),
  onProgress: callback,
};

/** Tokens that begin a word and are all letters. */
const isWord = (token: string) => /^ \p{L}+$/u.test(token);
const rowsPerPass = 16;

/**
 * The word-initial tokens with the highest mean probability after text + 0 … depth−1 tokens, which the LM itself
 * samples from such tokens; most likely first.
 *
 * Errors: an option out of its range.
 */
export async function candidateTokens(
  model: CausalLm,
  texts: readonly string[],
  options: CandidateOptions,
): Promise<number[]> {
  checkOptions("candidateTokens", options, candidateChecks);
  const { size = 256, depth = 5, startToken = 0, rng, onProgress } = options;
  const V = model.config.vocabularySize;
  const isCandidate = Uint8Array.from({ length: V }, (_, id) => (isWord(model.tokenizer.token(id)) ? 1 : 0));
  const mass = new Float64Array(V);

  /** Adds the rows' next-token probabilities to the mass and draws a candidate for each row. */
  const countAndDraw = (logits_BV: tf.Tensor2D): number[] => {
    const flat = read(() => tf.softmax(logits_BV)).map((p, i) => p * isCandidate[i % V]);
    return Array.from({ length: logits_BV.shape[0] }, (_, b) => {
      const row = flat.subarray(b * V, (b + 1) * V);
      for (let id = 0; id < V; id++) mass[id] += row[id];
      return rng.categorical(row);
    });
  };

  let done = 0;
  for (const part of chunks(texts, rowsPerPass)) {
    const decoding = model.startDecoding(
      part.map(text => [startToken, ...model.tokenizer.encode(text)]),
      { tokens: depth },
    );
    try {
      for (let t = 0; t < depth; t++) {
        const drawn = countAndDraw(decoding.logits_BV);
        if (t + 1 < depth) decoding.next(drawn);
      }
    } finally {
      decoding.dispose();
    }
    onProgress?.((done += part.length), texts.length);
    await new Promise(setImmediate);
  }
  return [...mass.keys()]
    .filter(id => isCandidate[id])
    .sort((a, b) => mass[b] - mass[a] || a - b)
    .slice(0, size);
}
