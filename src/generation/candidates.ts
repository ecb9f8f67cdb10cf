// Which tokens a prompt may use: a fixed vocabulary of likely continuations of the task's texts. No label is looked at.

import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { disposeCache, encode, encodeNext, lastStates, logits } from "../models/causal";
import type { Llama } from "../models/llama";
import { chunks } from "../text/batches";

export interface CandidateOptions {
  /** How many tokens. Default 256, the paper's top-k. */
  size?: number;
  /** How many tokens are sampled after each text. Default 5. */
  depth?: number;
  startToken?: number;
  rng: Rng;
  /** Told of progress, in texts. */
  onProgress?: (done: number, total: number) => void;
}

/** Tokens that begin a word and are all letters. */
const isWord = (token: string) => /^ \p{L}+$/u.test(token);
const rowsPerPass = 16;

/**
 * The word-initial tokens with the highest mean probability after text + 0 … depth−1 tokens, which the LM itself samples from
 * such tokens; most likely first.
 */
export async function candidateTokens(
  model: Llama,
  texts: readonly string[],
  { size = 256, depth = 5, startToken = 0, rng, onProgress }: CandidateOptions,
): Promise<number[]> {
  const V = model.head_VD.shape[0];
  const isCandidate = Uint8Array.from({ length: V }, (_, id) => (isWord(model.tokenizer.token(id)) ? 1 : 0));
  const mass = new Float64Array(V);

  /** Adds the rows' next-token probabilities to the mass and draws a candidate for each row. */
  const countAndDraw = (hidden_BD: tf.Tensor2D): number[] => {
    const flat = read(() => tf.softmax(logits(model, hidden_BD))).map((p, i) => p * isCandidate[i % V]);
    return Array.from({ length: hidden_BD.shape[0] }, (_, b) => {
      const row = flat.subarray(b * V, (b + 1) * V);
      for (let id = 0; id < V; id++) mass[id] += row[id];
      return rng.categorical(row);
    });
  };

  let done = 0;
  for (const part of chunks(texts, rowsPerPass)) {
    const sequences = part.map(text => [startToken, ...model.tokenizer.encode(text)]);
    const first = encode(model, sequences, { keep: true });
    let state = { last_BD: lastStates(first.last, first.cache!.lengths), cache: first.cache! };
    first.last.dispose();
    for (let t = 0; t < depth; t++) {
      const drawn = countAndDraw(state.last_BD);
      state.last_BD.dispose();
      const next = encodeNext(model, state.cache, drawn);
      disposeCache(state.cache);
      state = next;
    }
    state.last_BD.dispose();
    disposeCache(state.cache);
    onProgress?.((done += part.length), texts.length);
    await new Promise(setImmediate);
  }
  return [...mass.keys()]
    .filter(id => isCandidate[id])
    .sort((a, b) => mass[b] - mass[a] || a - b)
    .slice(0, size);
}
