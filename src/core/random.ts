import { createHash } from "node:crypto";
import { fail } from "./errors";

/** State of a stream; plain JSON, for checkpoints. */
export interface RngState {
  path: string[];
  words: number[];
}

/** A stream of random numbers. The same seed gives the same numbers on every platform. */
export interface Rng {
  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number;
  /** Normal, with mean 0 and standard deviation 1. */
  normal(): number;
  /** A uniform integer in [0, below). */
  integer(below: number): number;
  /** A copy of the items in random order. */
  shuffled<T>(items: Iterable<T>): T[];
  /** An index, with probability proportional to its weight; weights are ≥ 0 and need not sum to 1. */
  categorical(weights: ArrayLike<number>): number;
  /**
   * An independent stream with this name. It depends only on the seed and the names of the splits that lead to it, not
   * on earlier draws, so new uses do not change existing streams. The same name gives the same stream: for different
   * streams use different names, such as `split("round 3")`.
   */
  split(name: string): Rng;
  /** The current state. */
  state(): RngState;
  /** Returns to an earlier state. */
  restore(state: RngState): void;
}

/** The stream of random numbers of a seed. Errors: a seed that is not a whole number. */
export function seeded(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) fail("seeded", `the seed is ${seed}`, "Give a whole number.");
  return stream([String(seed)]);
}

function stream(path: string[], words = firstWords(path)): Rng {
  const bits = () => nextWord(words);
  const uniform = () => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;

  const integer = (below: number) => {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
      fail("integer", `the bound is ${below}`, "Give a whole number from 1 to 2^32.");
    }
    const even = Math.floor(2 ** 32 / below) * below; // larger words would favor small numbers
    let word = bits();
    while (word >= even) word = bits();
    return word % below;
  };

  return {
    uniform,
    integer,
    normal: () => normal(uniform),
    shuffled(items) {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [out[i], out[j]] = [out[j], out[i]];
      }
      return out;
    },
    categorical: weights => categorical(weights, uniform()),
    split: name => stream([...path, name]),
    state: () => ({ path: [...path], words: [...words] }),
    restore(state) {
      path = [...state.path];
      words.splice(0, 4, ...state.words);
    },
  };
}

/** 128 bits from the seed and the names of the splits. */
function firstWords(path: string[]): number[] {
  const digest = createHash("sha256").update(JSON.stringify(path)).digest();
  return [0, 4, 8, 12].map(offset => digest.readUInt32LE(offset));
}

/** One step of xoshiro128** (Blackman and Vigna 2018): 32 bits, in integer arithmetic only. */
function nextWord(words: number[]): number {
  const word = Math.imul(rotated(Math.imul(words[1], 5), 7), 9) >>> 0;
  const carried = words[1] << 9;
  words[2] ^= words[0];
  words[3] ^= words[1];
  words[1] ^= words[2];
  words[0] ^= words[3];
  words[2] ^= carried;
  words[3] = rotated(words[3], 11);
  return word;
}

const rotated = (word: number, by: number) => (word << by) | (word >>> (32 - by));

/**
 * Ratio of uniforms with Leva's bounds (ACM TOMS 1992). The number is the result of one exactly rounded division, so it
 * is the same on all platforms; a logarithm only decides whether to accept the 1 % of candidates between the bounds.
 */
function normal(uniform: () => number): number {
  for (;;) {
    const u = 1 - uniform();
    const v = 1.7156 * (uniform() - 0.5);
    const x = u - 0.449871;
    const y = Math.abs(v) + 0.386595;
    const q = x * x + y * (0.196 * y - 0.25472 * x);
    if (q < 0.27597 || (q < 0.27846 && v * v < -4 * u * u * Math.log(u))) return v / u;
  }
}

function categorical(weights: ArrayLike<number>, uniform: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0)) fail("categorical", `weight ${i} is ${weights[i]}`, "Give weights of 0 or more.");
    total += weights[i];
  }
  if (!(total > 0 && total < Infinity)) {
    fail("categorical", `the ${weights.length} weights sum to ${total}`, "Give at least one positive, finite weight.");
  }
  let left = uniform * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i; // rounding may leave a remainder after the last weight
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return last;
}
