// Frozen features of the tokens of many responses, kept beside the engine: what guidance is learned from.

import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import {
  above,
  type Checks,
  callback,
  checkOptions,
  integer,
  orInfinity,
  signal as signalCheck,
} from "../core/options";
import type { CausalLm } from "../models/causal/forward";
import { trunk } from "../models/causal/trunk";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { bucketByTokens, padRight } from "../text/batches";
import { encodeExamples } from "./encode-examples";
import { checkExamples, type Example, type ResponseFeatures, type ResponsePolicy, stacked } from "./response-policy";
import { seq2seqFullPolicy } from "./seq2seq-full";

/** How features are read, and how much memory they may take. */
export interface ResponseFeatureOptions {
  /** Decoder-only LMs: the layer whose input stands for a token, from 0. Default: half of the layers. */
  layer?: number;
  /** Tokens of a pass, padding included. Default 4096. */
  batchTokens?: number;
  /** Bytes for the features: 4 · width · response tokens. Default: a quarter of the machine's memory. */
  maxBytes?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export const responseFeatureChecks: Checks<ResponseFeatureOptions> = {
  layer: integer(0),
  batchTokens: integer(1),
  maxBytes: orInfinity(above(0)),
  onProgress: callback,
  signal: signalCheck,
};

/** Features of responses' tokens, read by the responses' indices. */
export interface StoredFeatures {
  width: number;
  /** Response tokens of each. */
  lengths: readonly number[];
  /**
   * Features [B, T, D] of these responses and which of them are tokens [B, T], T the longest; zeros behind the
   * others' ends.
   */
  rows(indices: readonly number[]): ResponseFeatures;
}

/**
 * Features of the response tokens of candidates, a table from `numberLists` or token ids, by a frozen LM: each after
 * its prompt and the response up to itself: of a decoder-only LM the input of `layer`, of an encoder–decoder the
 * decoder's last states, of a policy its own features. Responses of like lengths are read together; what is kept grows
 * with their tokens, not with the longest.
 *
 * Errors: those of `encodeExamples`; a layer that is not there; a prompt or response without a token; features that
 * take more than `maxBytes`; the signal's reason.
 */
export async function responseFeatures(
  model: CausalLm | Seq2SeqLm | ResponsePolicy,
  candidates: ColumnTable | readonly Example[],
  options: ResponseFeatureOptions = {},
): Promise<StoredFeatures> {
  checkOptions("responseFeatures", options, responseFeatureChecks);
  const examples = "numRows" in candidates ? encodeExamples(model, candidates) : candidates;
  const { batchTokens, maxBytes = totalmem() / 4, onProgress, signal } = options;
  const lengths = examples.map(({ response }) => response.length);
  checkExamples(model.name, examples);
  const policy =
    "encode" in model
      ? model
      : "family" in model
        ? undefined
        : seq2seqFullPolicy(model, { frozen: model, batchTokens });
  const bytes = policy
    ? examples.reduce((sum, example) => sum + policy.bytes(example), 0)
    : 4 * (model as CausalLm).config.width * lengths.reduce((sum, length) => sum + length, 0);
  if (bytes > maxBytes)
    fail(
      "responseFeatures",
      `the features of ${examples.length} responses take ${megabytes(bytes)}, more than ${megabytes(maxBytes)}`,
      "Learn from fewer lists, or raise maxBytes.",
    );
  if (policy) {
    const encoded = await policy.encode(examples, (done, total) => {
      signal?.throwIfAborted();
      onProgress?.(done, total);
    });
    const [width] = tf.tidy(() => policy.features(encoded, [0]).features_BTD.shape.slice(2));
    return { width, lengths, rows: indices => policy.features(encoded, indices) };
  }
  const lm = model as CausalLm;
  const states = await layerStates(lm, examples, options);
  const D = lm.config.width;
  return {
    width: D,
    lengths,
    rows(indices) {
      const { mask } = padRight(indices.map(index => examples[index].response));
      const T = mask[0].length;
      const own = indices.map(index => states[index]);
      return { features_BTD: stacked(own, T, D), mask_BT: tf.tensor2d(mask, [indices.length, T]) };
    },
  };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString("en", { maximumSignificantDigits: 3 })} MB`;

/** The input of a layer at the response tokens, [T, D] each. */
async function layerStates(
  model: CausalLm,
  examples: readonly Example[],
  { layer = Math.round(model.config.layers / 2), batchTokens = 4096, onProgress, signal }: ResponseFeatureOptions,
): Promise<Float32Array[]> {
  const { layers, width: D } = model.config;
  if (layer >= layers) fail("responseFeatures", `layer is ${layer}`, `${model.name} has layers 0 to ${layers - 1}.`);
  const states: Float32Array[] = [];
  const sizes = examples.map(({ prompt, response }) => prompt.length + response.length);
  let done = 0;
  for (const indices of bucketByTokens(sizes, batchTokens)) {
    signal?.throwIfAborted();
    const { ids, mask } = padRight(indices.map(index => [...examples[index].prompt, ...examples[index].response]));
    const [N, positions] = [ids[0].length, mask.map(row => row.map((_, t) => t))];
    const { last } = trunk(model, { ids, positions, prompts: 1, until: layer });
    const numbers = last.dataSync() as Float32Array;
    last.dispose();
    for (const [b, index] of indices.entries()) {
      const first = b * N + examples[index].prompt.length;
      states[index] = numbers.slice(first * D, (first + examples[index].response.length) * D);
    }
    onProgress?.((done += indices.length), examples.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }
  return states;
}
