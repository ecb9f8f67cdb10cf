// An LM as training sees it: a policy over responses to prompts. What is frozen is computed once, only what trains is
// computed again.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import type { GenerativeModel } from "../models/decoding";
import { padRight } from "../text/batches";

/** A prompt and a response to it. */
export interface Example {
  /** Token ids. */
  prompt: readonly number[];
  /** Token ids; a complete response ends with an end token. */
  response: readonly number[];
}

/** Examples that a policy has encoded: see `ResponsePolicy.encode`. */
export interface EncodedExamples {
  /** The examples, in the order of `states`. */
  examples: readonly Example[];
  /** Frozen states of each example, flat: of its prompt's last token and of its response tokens, [1 + T, D]. */
  states: readonly Float32Array[];
}

/**
 * A teacher-forced pass over responses, right-padded to the longest: part of a `TokenBatch`. The caller disposes it.
 */
export interface TeacherForced {
  /** At t, the logits that predict response token t. */
  logits_BTV: tf.Tensor3D;
  /** The response tokens, int32. */
  ids_BT: tf.Tensor2D;
  /** 1 on response tokens, 0 on padding. */
  mask_BT: tf.Tensor2D;
}

/**
 * Features of response tokens for a reward model. They do not change while the policy trains. The caller disposes them.
 */
export interface ResponseFeatures {
  /** Frozen states at the response tokens, zeros at padding. */
  features_BTD: tf.Tensor3D;
  /** 1 on response tokens, 0 on padding. */
  mask_BT: tf.Tensor2D;
}

/** A policy over responses. `rows` are indices into the encoded examples, in the order of the batch. */
export interface ResponsePolicy {
  /** For messages and logs. */
  name: string;
  /** Generates responses; its inputs are prompts. */
  generator: GenerativeModel;
  /** Bytes that `encode` keeps of an example. */
  bytes(example: Example): number;
  /**
   * Computes what is frozen, once for any number of updates. `onProgress` is called with examples done and in total.
   * Yields to the event loop between passes. Errors: an empty response or prompt; a prompt that the policy does not
   * know.
   */
  encode(examples: readonly Example[], onProgress?: (done: number, total: number) => void): Promise<EncodedExamples>;
  /** True where only `features` reads states: `teacherForce` then takes examples that `encode` has not seen. */
  statesForFeaturesOnly?: boolean;
  /** The policy's logits for the response tokens. Gradients go to its variables. */
  teacherForce(encoded: EncodedExamples, rows: readonly number[]): TeacherForced;
  /** Features of the response tokens, from what `encode` kept. */
  features(encoded: EncodedExamples, rows: readonly number[]): ResponseFeatures;
  /**
   * The same states of the tokens before: of the prompt's last token, then of all response tokens but the last. What a
   * value head reads, as the response token itself is not known there.
   */
  featuresBefore(encoded: EncodedExamples, rows: readonly number[]): ResponseFeatures;
}

/** Errors: an empty response; an empty prompt, which leaves no state to predict the first token from. */
export function checkExamples(where: string, examples: readonly Example[]): void {
  const empty = examples.findIndex(({ response }) => response.length === 0);
  if (empty >= 0) fail(where, `response ${empty} has no token`, "Drop empty responses first.");
  const bare = examples.findIndex(({ prompt }) => prompt.length === 0);
  if (bare >= 0) fail(where, `prompt ${bare} has no token`, "Begin it with the model's start token.");
}

/** The states that `EncodedExamples` keeps, from the one at index `first` on, one for each response token. */
export function encodedFeatures(
  { examples, states }: EncodedExamples,
  rows: readonly number[],
  D: number,
  first: 0 | 1,
): ResponseFeatures {
  const responses = rows.map(row => examples[row].response);
  const { mask } = padRight(responses);
  const T = mask[0].length;
  const own = rows.map((row, b) => states[row].subarray(first * D, (first + responses[b].length) * D));
  return { features_BTD: stacked(own, T, D), mask_BT: tf.tensor2d(mask, [rows.length, T]) };
}

/** The first T states of each, with zeros where there are no more: [B, T, D]. */
export function stacked(states: readonly Float32Array[], T: number, D: number): tf.Tensor3D {
  const out = new Float32Array(states.length * T * D);
  for (const [b, own] of states.entries()) out.set(own.subarray(0, T * D), b * T * D);
  return tf.tensor3d(out, [states.length, T, D]);
}
