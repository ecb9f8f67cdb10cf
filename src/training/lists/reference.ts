// Encoded examples and a reference LM's log-probabilities of them, kept or computed as they are asked for.

import * as tf from "@tensorflow/tfjs-core";
import { unrecorded } from "../../core/gradients";
import { read } from "../../core/tidy";
import { tokenLogProbability } from "../../objectives/list-rows";
import { referenceRatio } from "../../objectives/reference-ratio";
import type { Reference } from "../../policies/reference-policy";
import type { EncodedExamples, Example, ResponsePolicy } from "../../policies/response-policy";
import { bucketByTokens } from "../../text/batches";

/** Response tokens of a pass without gradients, padding included: its logits are what takes memory. */
const passTokens = 1024;

/** Examples as training needs them, from one update to the next. */
export interface HeldExamples {
  /** Examples by their numbers, encoded, with their rows there. */
  encoded(numbers: readonly number[]): Promise<{ encoded: EncodedExamples; rows: readonly number[] }>;
  /** log ρ of each response token, [B,T], of rows that are the examples of these numbers; a constant. */
  referenceLogProbability?(encoded: EncodedExamples, rows: readonly number[], numbers: readonly number[]): tf.Tensor2D;
}

export interface HoldOptions {
  reference?: Reference;
  /** Whether the reference's log-probabilities are asked for. */
  withReference: boolean;
  maxBytes: number;
  signal?: AbortSignal;
  onProgress?(what: "encoding" | "reference", done: number, total: number): void;
}

/**
 * Encodes examples, and computes the reference's log-probabilities of them, at once where that fits into `maxBytes` and
 * else as they are asked for. The log-probabilities, which are smaller, come first. Errors: the signal's reason.
 */
export async function heldExamples(
  policy: ResponsePolicy,
  examples: readonly Example[],
  { reference, withReference, maxBytes, signal, onProgress }: HoldOptions,
): Promise<HeldExamples> {
  const referenceBytes = withReference ? 4 * lengthsOf(examples).reduce((a, b) => a + b, 0) : 0;
  const encoded = await heldStates(policy, examples, { maxBytes: maxBytes - referenceBytes, signal, onProgress });
  if (!withReference) return { encoded };
  if (referenceBytes > maxBytes)
    return {
      encoded,
      referenceLogProbability: (encoded, rows) => unrecorded(() => logProbability(reference!, encoded, rows)),
    };
  const kept: Float32Array[] = [];
  let done = 0;
  for (const numbers of bucketByTokens(lengthsOf(examples), passTokens)) {
    signal?.throwIfAborted();
    const some = await encoded(numbers);
    const x_BT = read(() => logProbability(reference!, some.encoded, some.rows));
    const T = x_BT.length / numbers.length;
    for (const [b, n] of numbers.entries()) kept[n] = x_BT.slice(b * T, b * T + examples[n].response.length);
    onProgress?.("reference", (done += numbers.length), examples.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }
  return { encoded, referenceLogProbability: (_, __, numbers) => paddedRows(numbers.map(n => kept[n])) };
}

async function heldStates(
  policy: ResponsePolicy,
  examples: readonly Example[],
  { maxBytes, signal, onProgress }: Omit<HoldOptions, "withReference">,
): Promise<HeldExamples["encoded"]> {
  const bytes = policy.statesForFeaturesOnly ? 0 : examples.reduce((sum, example) => sum + policy.bytes(example), 0);
  if (bytes > Math.max(0, maxBytes))
    return async numbers => ({
      encoded: await policy.encode(numbers.map(n => examples[n])),
      rows: [...numbers.keys()],
    });
  const all = await readyToForce(policy, examples, (done, total) => {
    signal?.throwIfAborted();
    onProgress?.("encoding", done, total);
  });
  return async numbers => ({ encoded: all, rows: numbers });
}

/** Examples as `teacherForce` takes them. */
const readyToForce = async (
  policy: ResponsePolicy,
  examples: readonly Example[],
  onProgress?: (done: number, total: number) => void,
): Promise<EncodedExamples> =>
  policy.statesForFeaturesOnly ? { examples, states: [] } : policy.encode(examples, onProgress);

/** log ρ of each response token of these encoded examples, [B,T], 0 at padding. */
const logProbability = (reference: Reference, encoded: EncodedExamples, rows: readonly number[]): tf.Tensor2D =>
  tf.tidy(() => tokenLogProbability("reference", reference.teacherForce(encoded, rows)));

/** These rows of numbers, [B,T], 0 behind the end of each. */
function paddedRows(rows: readonly Float32Array[]): tf.Tensor2D {
  const T = Math.max(...rows.map(({ length }) => length));
  const out = new Float32Array(rows.length * T);
  for (const [b, row] of rows.entries()) out.set(row, b * T);
  return tf.tensor2d(out, [rows.length, T]);
}

/** Mean over examples of Σ_t log π − log ρ, at least 0. */
export async function meanLogRatio(
  policy: ResponsePolicy,
  reference: Reference,
  examples: readonly Example[],
): Promise<number> {
  const encoded = await readyToForce(policy, examples);
  let sum = 0;
  for (const rows of bucketByTokens(lengthsOf(examples), passTokens)) {
    const [part] = read(() => {
      const referenceLogProbability_BT = logProbability(reference, encoded, rows);
      const forced = policy.teacherForce(encoded, rows);
      return tf.sum(referenceRatio("referencePoint", { ...forced, referenceLogProbability_BT }));
    });
    sum += part;
  }
  return Math.max(0, sum / examples.length);
}

const lengthsOf = (examples: readonly Example[]) => examples.map(({ response }) => response.length);
