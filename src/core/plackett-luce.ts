import * as tf from "@tensorflow/tfjs-core";

/** The form of the likelihood. */
export interface PlackettLuceOptions {
  /** 1 at a candidate, 0 after the end of a shorter list; at least one candidate a list. Default: all 1. */
  mask_NK?: tf.Tensor2D;
  /** Margin by which each score should exceed every later one. Default 0. */
  margin?: number;
  /** Added inside the logarithm, after the largest score of the list is subtracted. Default 0. */
  eps?: number;
}

/**
 * Negative log-likelihood of lists under the Plackett–Luce model, [N]. The scores of each list are ordered, those of
 * the best candidates first:
 *
 *     Σ_k [ log(exp(s_k) + Σ_{j > k} exp(s_j + margin)) − s_k ]
 *
 * For K = 2 it is −log σ(s_1 − s_2 − margin). Gradients go to the scores; masked entries are ignored.
 */
export function plackettLuceNll(s_NK: tf.Tensor2D, options: PlackettLuceOptions = {}): tf.Tensor1D {
  const { mask_NK, ...form } = options;
  // For a few hundred numbers a loop takes less time than a single tensor op, and some fifty ops would be needed.
  return tf.customGrad((scores, save) => {
    const { nll, slope } = ofLists(s_NK.shape, (scores as tf.Tensor).dataSync(), mask_NK?.dataSync(), form);
    (save as tf.GradSaveFunc)([tf.tensor(slope, s_NK.shape)]);
    return {
      value: tf.tensor1d(nll),
      gradFunc: (d_N, [slope_NK]) => tf.tidy(() => tf.mul(tf.expandDims(d_N, 1), slope_NK)),
    };
  })(s_NK) as tf.Tensor1D;
}

/** The value of each list, [N], and its derivative with respect to each score, [N, K]. */
function ofLists(
  [N, K]: [number, number],
  scores: ArrayLike<number>,
  mask: ArrayLike<number> | undefined,
  { margin = 0, eps = 0 }: PlackettLuceOptions,
) {
  const [nll, slope] = [new Float32Array(N), new Float32Array(N * K)];
  const own = new Float64Array(K);
  for (let n = 0; n < N; n++) {
    const real = Array.from({ length: K }, (_, k) => n * K + k).filter(entry => !mask || mask[entry] > 0);
    const largest = real.reduce((best, entry) => (scores[entry] > scores[best] ? entry : best), real[0]);
    own.fill(0);
    let later = -Infinity; // log Σ exp(s_j + margin) over the candidates after this one
    for (let i = real.length - 1; i >= 0; i--) {
      const s = scores[real[i]] - scores[largest];
      const all = logOfSum(s, later);
      const rest = eps > 0 ? Math.log(Math.exp(all) + eps) : all;
      nll[n] += rest - s;
      own[real[i] - n * K] += Math.exp(s - rest) - 1;
      for (const entry of real.slice(i + 1))
        own[entry - n * K] += Math.exp(scores[entry] - scores[largest] + margin - rest);
      own[largest - n * K] += 1 - Math.exp(all - rest); // derivative of the shift by the largest score, 0 without eps
      later = logOfSum(later, s + margin);
    }
    slope.set(own, n * K);
  }
  return { nll, slope };
}

/** log(e^a + e^b) */
function logOfSum(a: number, b: number): number {
  const [most, least] = a > b ? [a, b] : [b, a];
  return least === -Infinity ? most : most + Math.log1p(Math.exp(least - most));
}
