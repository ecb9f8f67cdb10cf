// Numbers of response tokens outside the engine, a row each.

import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { read } from "../core/tidy";
import { chunks } from "../text/batches";
import type { EncodedExamples, ResponsePolicy } from "./response-policy";

/** The tokens' numbers of a flat [B, T], rows of these lengths. */
export function tokensOf(numbers: ArrayLike<number>, lengths: readonly number[]): Float32Array[] {
  const T = numbers.length / lengths.length;
  return lengths.map((length, b) => Float32Array.from({ length }, (_, t) => numbers[b * T + t]));
}

/** The rows as [B, T], 0 at padding. */
export function paddedRows(rows: readonly Float32Array[], T: number): tf.Tensor2D {
  const out = new Float32Array(rows.length * T);
  for (const [b, row] of rows.entries()) out.set(row, b * T);
  return tf.tensor2d(out, [rows.length, T]);
}

/** Log-probability of each response token under a policy as it is now, `passSize` responses at a time. */
export async function logProbabilities(
  policy: Pick<ResponsePolicy, "teacherForce">,
  encoded: EncodedExamples,
  passSize: number,
): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  for (const rows of chunks([...encoded.examples.keys()], passSize)) {
    const numbers = read(() => {
      const { logits_BTV, ids_BT } = policy.teacherForce(encoded, rows);
      return tf.neg(tokenNll(logits_BTV, ids_BT));
    });
    const lengths = rows.map(row => encoded.examples[row].response.length);
    out.push(...tokensOf(numbers, lengths));
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }
  return out;
}
