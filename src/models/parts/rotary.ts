// Rotary position embeddings: heads are rotated by angles that grow with the position.

import * as tf from "@tensorflow/tfjs-core";
import { turned } from "../../backend/rotary";

/** Frequencies base^(−2i/C), possibly lowered for contexts longer than in training. */
export interface Rope {
  base: number;
  /** All frequencies divided by `factor` ("linear"), or only low ones, with a smooth transition ("llama3"). */
  scaling?:
    | { type: "linear"; factor: number }
    | { type: "llama3"; factor: number; lowFrequency: number; highFrequency: number; trainedContext: number };
}

/** Cosines and sines of the angles of N positions, to multiply [N, heads, C]. */
export interface Rotation {
  cos_N1C: tf.Tensor3D;
  sin_N1C: tf.Tensor3D;
}

/**
 * Radians per position of each of the C/2 pairs. Sources: Su et al. 2021, arXiv:2104.09864, Eq. 15; for "llama3" the
 * reference code of Llama 3.1.
 */
export function ropeFrequencies(headWidth: number, { base, scaling }: Rope): number[] {
  return Array.from({ length: headWidth / 2 }, (_, i) => {
    const frequency = base ** ((-2 * i) / headWidth);
    if (!scaling) return frequency;
    const slow = frequency / scaling.factor;
    if (scaling.type === "linear") return slow;
    const { lowFrequency, highFrequency, trainedContext } = scaling;
    // Turns within the trained context decide: few take the lowered frequency (share 0), many the original one (share
    // 1).
    const turns = (trainedContext * frequency) / (2 * Math.PI);
    const share = Math.min(1, Math.max(0, (turns - lowFrequency) / (highFrequency - lowFrequency)));
    return share * frequency + (1 - share) * slow;
  });
}

/** Angles of positions [B][N], repeated for both halves of a head. */
export function rotation(positions: readonly (readonly number[])[], frequencies: readonly number[]): Rotation {
  const flat = positions.flat();
  const C = 2 * frequencies.length;
  // In float64: the product of a large position and a frequency loses digits in float32.
  const make = (of: (angle: number) => number) => {
    const values = new Float32Array(flat.length * C);
    for (const [n, position] of flat.entries())
      for (const [i, frequency] of frequencies.entries())
        values[n * C + i] = values[n * C + i + C / 2] = of(position * frequency);
    return tf.tensor3d(values, [flat.length, 1, C]);
  };
  return { cos_N1C: make(Math.cos), sin_N1C: make(Math.sin) };
}

/** Rotates query or key heads, [N, heads · C], by their positions, in the rotate-half layout. */
export const rotate = (x_ND: tf.Tensor2D, { cos_N1C, sin_N1C }: Rotation): tf.Tensor2D =>
  turned(x_ND, cos_N1C, sin_N1C);
