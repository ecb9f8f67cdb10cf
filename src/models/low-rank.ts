// Low-rank adaptation: small trainable updates beside frozen projections.

import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16, toBfloat16, toFloat32 } from "../backend/native-ops";
import { fail } from "../core/errors";
import { type Checks, checkOptions, finite, integer, randomness, required } from "../core/options";
import type { Rng } from "../core/random";
import type { LowRank, Model } from "./model";
import { matching, type Which, whichCheck } from "./trainable";

/** Options of `addLowRank`. */
export interface LowRankOptions {
  /** R, at least 1. Default 8. */
  rank?: number;
  /** α: the update is scaled by α / R. Default 16. */
  alpha?: number;
  /**
   * The projections, by the names of their weights. Default: queries and values (in GPT-2 one matrix with the keys).
   */
  targets?: Which;
  /** Stream of the initial values. */
  rng: Rng;
}

export const lowRankChecks: Checks<LowRankOptions> = {
  rank: integer(1),
  alpha: finite,
  targets: whichCheck,
  rng: required(randomness),
};

/** The updates that one call added. */
export interface LowRankUpdates {
  /** `down` [R, in] and `up` [out, R] of each target in turn. */
  variables: tf.Variable[];
  /** Adds the updates to the weights, W + α/R · up·down, in their number format, and frees them. */
  merge(): void;
  /** Removes the updates and frees them: the model is as before. */
  remove(): void;
}

/** The part of a model that low-rank updates use. */
export type Adapted = Pick<Model, "name" | "weights" | "lowRank" | "inputsFirst">;

export const defaultRank = 8;

/** The projections of queries and values, by the names that families give them. */
export const queriesAndValues = /(q_proj|v_proj|c_attn|query|value|Attention\.q|Attention\.v)\.weight$/;
/** Matrices that `project` does not use: lookup tables and output heads. */
const notProjections = /(embed\w*|embeddings|wte|wpe|shared|relative_attention_bias|lm_head|decoder)\.weight$/;

/**
 * Adds a trainable update of low rank to projections of a frozen model, in float32 or bfloat16. `down` starts uniform
 * in ±1/√in and `up` at zero, so the model starts as it is. End it by `merge` or `remove`.
 *
 *     const { variables, merge } = addLowRank(lm, { rank: 16, rng: seeded(0) });
 *
 * Errors: an option out of its range; targets that match no parameter, or one that is not a projection or already has
 * an update. Source: Hu et al. 2021, arXiv:2106.09685, §4.1; initial values as in PEFT.
 */
export function addLowRank(model: Adapted, options: LowRankOptions): LowRankUpdates {
  checkOptions("addLowRank", options, lowRankChecks);
  const { rank = defaultRank, alpha = 16, targets = queriesAndValues, rng } = options;
  const factors = matching(model, targets).map(name => {
    const { ins, outs } = projectionSize(model, name);
    const { uniform } = rng.split(name);
    const limit = 1 / Math.sqrt(ins);
    const down = Float32Array.from({ length: rank * ins }, () => (2 * uniform() - 1) * limit);
    return { name, down, up: new Float32Array(outs * rank) };
  });
  return attach(model, factors, rank, alpha / rank);
}

/** The input and output size of a projection. Errors: no projection of that name; one that already has an update. */
export function projectionSize({ name: model, weights, lowRank, inputsFirst }: Adapted, name: string) {
  const shape = weights[name]?.shape;
  if (shape?.length !== 2 || notProjections.test(name))
    fail(model, `${name} is not a projection`, "Choose other targets.");
  if (lowRank[name]) fail(model, `${name} already has a low-rank update`, "Merge or remove it first.");
  const [ins, outs] = inputsFirst ? shape : [shape[1], shape[0]];
  return { ins, outs };
}

/** Adds updates to the projections of these names, which `projectionSize` has accepted. */
export function attach(
  { weights, lowRank, inputsFirst }: Adapted,
  factors: readonly { name: string; down: Float32Array; up: Float32Array }[],
  rank: number,
  scale: number,
): LowRankUpdates {
  const added = factors.map(({ name, down, up }) => {
    const matrix = (values: Float32Array, shape: [number, number]) => tf.variable(tf.tensor2d(values, shape));
    const update = tf.tidy(() => ({
      down: matrix(down, [rank, down.length / rank]),
      up: matrix(up, [up.length / rank, rank]),
      scale,
    }));
    lowRank[name] = update;
    return { name, update };
  });
  const remove = () => {
    for (const { name, update } of added.splice(0)) {
      delete lowRank[name];
      tf.dispose([update.down, update.up]);
    }
  };
  return {
    variables: added.flatMap(({ update: { down, up } }) => [down, up]),
    merge() {
      for (const { name, update } of added) mergeInto(weights, name, update, inputsFirst);
      remove();
    },
    remove,
  };
}

function mergeInto(weights: Model["weights"], name: string, { down, up, scale }: LowRank, inputsFirst = false): void {
  const before = weights[name];
  const merged = tf.tidy(() => {
    const [a, b] = [down, up] as tf.Tensor[] as tf.Tensor2D[];
    const update = inputsFirst ? tf.matMul(a, b, true, true) : tf.matMul(b, a);
    const sum = tf.add(toFloat32(before), tf.mul(update, scale));
    return isBfloat16(before) ? toBfloat16(sum) : sum;
  });
  if (before instanceof tf.Variable) {
    before.assign(merged);
    merged.dispose();
  } else {
    weights[name] = tf.keep(merged);
    before.dispose();
  }
}
