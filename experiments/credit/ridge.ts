// Ridge regression.

import { fail } from "../../src/core/errors";
import { mean } from "../../src/core/mean";

/**
 * The linear function w · x + b with the least Σ (w · x_n + b − y_n)² + strength · |w|². Columns are centered first, so
 * that b is not held back.
 *
 * Errors: no rows; other numbers of rows and values.
 */
export function ridge(
  rows: readonly ArrayLike<number>[],
  values: readonly number[],
  strength: number,
): (x: ArrayLike<number>) => number {
  const N = rows.length;
  if (N === 0 || N !== values.length)
    fail("ridge", `there are ${N} rows and ${values.length} values`, "Give one each.");
  const D = rows[0].length;
  const center = Float64Array.from({ length: D }, (_, d) => mean(rows.map(row => row[d])));
  const offset = mean(values);
  const gram = Array.from({ length: D }, (_, d) => {
    const own = new Float64Array(D);
    own[d] = strength;
    return own;
  });
  const target = new Float64Array(D);
  const x = new Float64Array(D);
  for (const [n, row] of rows.entries()) {
    for (let d = 0; d < D; d++) x[d] = row[d] - center[d];
    for (let d = 0; d < D; d++) {
      target[d] += x[d] * (values[n] - offset);
      for (let e = 0; e <= d; e++) gram[d][e] += x[d] * x[e];
    }
  }
  const weights = solved(gram, target);
  return own => offset + weights.reduce((sum, weight, d) => sum + weight * (own[d] - center[d]), 0);
}

/** Solves A x = b for a symmetric positive definite A, of which the lower triangle is read and overwritten. */
function solved(A: readonly Float64Array[], b: Float64Array): Float64Array {
  const D = b.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < D; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i][j];
      for (let k = 0; k < j; k++) sum -= A[i][k] * A[j][k];
      A[i][j] = i === j ? Math.sqrt(sum) : sum / A[j][j];
    }
    for (let k = 0; k < i; k++) x[i] -= A[i][k] * x[k];
    x[i] /= A[i][i];
  }
  for (let i = D - 1; i >= 0; i--) {
    for (let k = i + 1; k < D; k++) x[i] -= A[k][i] * x[k];
    x[i] /= A[i][i];
  }
  return x;
}
