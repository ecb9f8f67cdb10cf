// A reference LM's log-probabilities of responses, kept or computed as they are asked for.

import * as tf from "@tensorflow/tfjs-core";
import { read } from "../core/tidy";
import { tokenLogProbability } from "../objectives/list-rows";
import { referenceRatio } from "../objectives/reference-ratio";
import type { EncodedExamples, Example, ResponsePolicy } from "../policies/response-policy";
import { bucketByTokens } from "../text/batches";

/** What a reference is asked for. */
export type Reference = Pick<ResponsePolicy, "teacherForce">;

/** Response tokens of a pass without gradients, padding included: its logits are what takes memory. */
const passTokens = 1024;

/** log ρ of each response token of these encoded examples, [B,T], 0 at padding. */
export const referenceLogProbability = (
  reference: Reference,
  encoded: EncodedExamples,
  rows: readonly number[],
): tf.Tensor2D => tf.tidy(() => tokenLogProbability("reference", reference.teacherForce(encoded, rows)));

/** log ρ of all tokens of each example; `encodedOf` gives some of them encoded, with their rows there. */
export async function keptLogProbabilities(
  reference: Reference,
  examples: readonly Example[],
  encodedOf: (indices: readonly number[]) => Promise<{ encoded: EncodedExamples; rows: readonly number[] }>,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?(done: number, total: number): void },
): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  let done = 0;
  for (const indices of bucketByTokens(lengthsOf(examples), passTokens)) {
    signal?.throwIfAborted();
    const { encoded, rows } = await encodedOf(indices);
    const numbers = read(() => referenceLogProbability(reference, encoded, rows));
    const T = numbers.length / indices.length;
    for (const [b, n] of indices.entries()) out[n] = numbers.slice(b * T, b * T + examples[n].response.length);
    onProgress?.((done += indices.length), examples.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }
  return out;
}

/** These rows of numbers, [B,T], 0 behind the end of each. */
export function paddedRows(rows: readonly Float32Array[]): tf.Tensor2D {
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
  const encoded = await policy.encode(examples);
  let sum = 0;
  for (const rows of bucketByTokens(lengthsOf(examples), passTokens)) {
    const [part] = read(() => {
      const referenceLogProbability_BT = referenceLogProbability(reference, encoded, rows);
      const forced = policy.teacherForce(encoded, rows);
      return tf.sum(referenceRatio("referencePoint", { ...forced, referenceLogProbability_BT }));
    });
    sum += part;
  }
  return Math.max(0, sum / examples.length);
}

const lengthsOf = (examples: readonly Example[]) => examples.map(({ response }) => response.length);
