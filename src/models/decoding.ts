// What generation needs of a model, decoder-only or encoder–decoder: the next token's logits, row by row, on a key/value cache.

import type * as tf from "@tensorflow/tfjs-core";
import type { Tokenizer } from "../text/tokenizer";

/** A batch of sequences on their way. The caller disposes it. */
export interface Decoding {
  /** Each row's logits for its next token, [rows, V]. Owned by the decoding: `next`, `select` and `dispose` free them. */
  logits_BV: tf.Tensor2D;
  /** Feeds one token to each row and computes the logits after it. Finished rows are fed any token. */
  next(ids: readonly number[]): void;
  /** Goes on with copies of these rows, in this order and number (beam search, finished rows dropped). */
  select(rows: readonly number[]): void;
  dispose(): void;
}

export interface DecodingOptions {
  /** Sequences per input, which share its cache: row b·samples + k is sample k of input b. Default 1. */
  samples?: number;
  /** The most tokens that will be fed. */
  tokens: number;
}

/** A model that text can be generated with. */
export interface GenerativeModel {
  name: string;
  tokenizer: Tokenizer;
  /** Tokens that end a sequence, from the model's configuration. */
  endTokens: readonly number[];
  /** Of an encoder–decoder model: what its decoder starts from. Absent where the output goes on from the input. */
  startToken?: number;
  /**
   * Reads the inputs (token ids, any lengths) and stands before the first token to generate.
   * Errors: an empty input; more tokens than the model's context has.
   */
  startDecoding(inputs: readonly (readonly number[])[], options: DecodingOptions): Decoding;
}
