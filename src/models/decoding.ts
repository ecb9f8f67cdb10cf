// What generation needs of a model, decoder-only or encoder–decoder: logits for the next token of every row, on a
// key/value cache.

import type * as tf from "@tensorflow/tfjs-core";
import type { Tokenizer } from "../text/tokenizer";

/** A batch of sequences being generated. The caller disposes it. */
export interface Decoding {
  /** Each row's logits for its next token. Owned by the decoding: `next`, `select` and `dispose` free them. */
  logits_BV: tf.Tensor2D;
  /** Appends one token to each row and computes the logits after it. What a finished row gets does not matter. */
  next(ids: readonly number[]): void;
  /**
   * Continues with copies of these rows, in this order; a row may occur more than once or not at all (beam search,
   * finished rows).
   */
  select(rows: readonly number[]): void;
  /** Frees its tensors. */
  dispose(): void;
}

/** Options of `GenerativeModel.startDecoding`. */
export interface DecodingOptions {
  /** Sequences for each input, which share its cache: row b · samples + k is sample k of input b. Default 1. */
  samples?: number;
  /** Upper bound on the calls of `next`: room for so many tokens is reserved. */
  tokens: number;
}

/** A model that generates text. */
export interface GenerativeModel {
  /** For messages and logs. */
  name: string;
  /** Encodes inputs and decodes what is generated. */
  tokenizer: Tokenizer;
  /** Tokens that end a sequence, from the model's configuration. */
  endTokens: readonly number[];
  /** The token that an encoder–decoder model's decoder begins with. Absent where the output continues the input. */
  startToken?: number;
  /**
   * Runs the inputs (token ids of any lengths) and returns the logits for the first token to generate.
   * Errors: an empty input; more tokens than the model's context holds.
   */
  startDecoding(inputs: readonly (readonly number[])[], options: DecodingOptions): Decoding;
}
