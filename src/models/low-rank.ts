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

/** The names that families give the projections of queries and values. */
const queriesAndValues = /(q_proj|v_proj|c_attn|query|value|Attention\.q|Attention\.v)\.weight$/;
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
  model: Pick<Model, "name" | "weights" | "lowRank" | "inputsFirst">,
  { rank = 8, alpha = 16, targets = queriesAndValues, rng }: LowRankOptions,
): LowRankUpdates {
  const { weights, lowRank, inputsFirst } = model;
  if (!Number.isInteger(rank) || rank < 1)
    fail("addLowRank", `the rank is ${rank}`, "Give a whole number of 1 or more.");
  const names = matching(model, targets);
  for (const name of names) {
    if (weights[name].rank !== 2 || notProjections.test(name))
      fail(model.name, `${name} is not a projection`, "Narrow the targets.");
    if (lowRank[name]) fail(model.name, `${name} has a low-rank update already`, "Merge or remove it first.");
  }
  const added = names.map(name => {
    const [ins, outs] = inputsFirst ? weights[name].shape : [...weights[name].shape].reverse();
    const stream = rng.split(name);
    const limit = 1 / Math.sqrt(ins);
    const values = Float32Array.from({ length: rank * ins }, () => (2 * stream.uniform() - 1) * limit);
    const [down, up] = tf.tidy(() => [
      tf.variable(tf.tensor2d(values, [rank, ins])),
      tf.variable(tf.zeros([outs, rank])),
    ]);
    return { name, update: { down, up, scale: alpha / rank } };
  });
  for (const { name, update } of added) lowRank[name] = update;

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
