// Low-rank adaptation: small trainable updates beside frozen projections.

import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16, toBfloat16, toFloat32 } from "../backend/native-ops";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import type { LowRank, Model } from "./model";
import { matching, type Which } from "./trainable";

export interface LowRankOptions {
  /** Default 8. */
  rank?: number;
  /** The update counts α / rank. Default 16. */
  alpha?: number;
  /** The projections, by the names of their weights. Default: queries and values, which GPT-2 has in one matrix with the keys. */
  targets?: Which;
  rng: Rng;
}

/** The updates that one call added. */
export interface LowRankUpdates {
  /** `down` and `up` of each target, to train. */
  variables: tf.Variable[];
  /** Adds the updates to the weights, W + α/rank · up·down, each in its own number format, and frees them. */
  merge(): void;
  /** Takes the updates off and frees them: the model is as before. */
  remove(): void;
}

/** What updates need of a model. */
export type Adapted = Pick<Model, "name" | "weights" | "lowRank" | "inputsFirst">;

export const defaultRank = 8;

/** The names that families give the projections of queries and values. */
export const queriesAndValues = /(q_proj|v_proj|c_attn|query|value|Attention\.q|Attention\.v)\.weight$/;
/** Matrices that no projection reads: tables that are looked up in, and output heads. */
const notProjections = /(embed\w*|embeddings|wte|wpe|shared|relative_attention_bias|lm_head|decoder)\.weight$/;

/**
 * Adds a trainable update of low rank to projections of a frozen model, which may be in bfloat16. `down` starts uniform in
 * ±1/√in and `up` at zero, so that the model starts as it is; `project` adds the update. Dispose it by `merge` or `remove`.
 *
 * Errors: no such parameter; one that is not a projection, or that has an update already; a rank that is not a positive whole
 * number. Source: Hu et al. 2021, arXiv:2106.09685, §4.1; initial values as in PEFT.
 */
export function addLowRank(
  model: Adapted,
  { rank = defaultRank, alpha = 16, targets = queriesAndValues, rng }: LowRankOptions,
): LowRankUpdates {
  if (!Number.isInteger(rank) || rank < 1)
    fail("addLowRank", `the rank is ${rank}`, "Give a whole number of 1 or more.");
  const factors = matching(model, targets).map(name => {
    const { ins, outs } = projectionSize(model, name);
    const { uniform } = rng.split(name);
    const limit = 1 / Math.sqrt(ins);
    const down = Float32Array.from({ length: rank * ins }, () => (2 * uniform() - 1) * limit);
    return { name, down, up: new Float32Array(outs * rank) };
  });
  return attach(model, factors, rank, alpha / rank);
}

/** The sizes of a projection that an update can be added to. Errors: there is none of that name, or it has an update. */
export function projectionSize({ name: model, weights, lowRank, inputsFirst }: Adapted, name: string) {
  const shape = weights[name]?.shape;
  if (shape?.length !== 2 || notProjections.test(name))
    fail(model, `${name} is not a projection`, "Narrow the targets.");
  if (lowRank[name]) fail(model, `${name} has a low-rank update already`, "Merge or remove it first.");
  const [ins, outs] = inputsFirst ? shape : [shape[1], shape[0]];
  return { ins, outs };
}

/** Puts updates beside the projections of these names, which `projectionSize` has passed. */
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
