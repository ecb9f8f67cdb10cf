// An LM that examples contexts, as training sees it: what it has read is kept, and only what trains is computed again.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import type { GenerativeModel } from "../models/decoding";

/** A response to a context, as token ids. A response that is complete ends with an end token. */
export interface Example {
  prompt: readonly number[];
  response: readonly number[];
}

/** Answers that a policy has read. */
export interface EncodedExamples {
  examples: readonly Example[];
  /** What the policy keeps of each: states of the response's tokens, [T, D], and maybe of what stands before them. */
  states: readonly Float32Array[];
}

/** A teacher-forced pass over responses, right-padded: part of a `TokenBatch`. */
export interface TeacherForced {
  logits_BTV: tf.Tensor3D;
  ids_BT: tf.Tensor2D;
  mask_BT: tf.Tensor2D;
}

/** Token features of responses for a reward model. They do not change while the policy trains. */
export interface ResponseFeatures {
  features_BTD: tf.Tensor3D;
  mask_BT: tf.Tensor2D;
}

export interface ResponsePolicy {
  name: string;
  /** Writes responses to contexts, its inputs. */
  generator: GenerativeModel;
  /** What `read` keeps of an answer, in bytes. */
  bytes(example: Example): number;
  /** Reads examples with what is frozen. Errors: an empty response or prompt; a context that the policy does not know. */
  encode(examples: readonly Example[], onProgress?: (done: number, total: number) => void): Promise<EncodedExamples>;
  /** The policy's logits for the tokens of these responses, by number; gradients go to its variables. */
  teacherForce(read: EncodedExamples, rows: readonly number[]): TeacherForced;
  features(read: EncodedExamples, rows: readonly number[]): ResponseFeatures;
}

/** Errors: an empty response; an empty prompt, which leaves no state to predict the first token from. */
export function checkExamples(where: string, examples: readonly Example[]): void {
  const empty = examples.findIndex(({ response }) => response.length === 0);
  if (empty >= 0) fail(where, `response ${empty} has no token`, "Drop empty responses first.");
  const bare = examples.findIndex(({ prompt }) => prompt.length === 0);
  if (bare >= 0) fail(where, `prompt ${bare} has no token`, "Begin it with the model's start token.");
}

/** The first T states of these rows, each from its `skip`-th on, zeros where a row has no more: [B, T, D]. */
export function stacked(
  states: readonly Float32Array[],
  rows: readonly number[],
  T: number,
  D: number,
  skip = 0,
): tf.Tensor3D {
  const out = new Float32Array(rows.length * T * D);
  for (const [b, row] of rows.entries()) out.set(states[row].subarray(skip * D, (skip + T) * D), b * T * D);
  return tf.tensor3d(out, [rows.length, T, D]);
}
