// The optimizer for guidance and LMs: AdamW with gradient clipping, whose whole state can be saved and restored.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { meanGradient } from "../core/mean-gradient";
import {
  above,
  atLeast,
  type Check,
  type Checks,
  callback,
  checkOptions,
  either,
  listOf,
  orInfinity,
  required,
  tensor,
} from "../core/options";
import { at, type Schedule } from "../core/schedule";
import { tidy } from "../core/tidy";
import { adamUpdate } from "./adam-update";
import { sumOfSquares } from "./sum-of-squares";

/** Variables with a learning rate and a weight decay of their own. */
export interface ParameterGroup {
  variables: readonly tf.Variable[];
  /** Default: the optimizer's. */
  learningRate?: number | Schedule;
  /** Default: the optimizer's. */
  weightDecay?: number;
}

/** The form of AdamW. */
export interface AdamWOptions {
  /** A number, or a schedule over steps from 0; 0 or more. */
  learningRate: number | Schedule;
  /** Decoupled weight decay, multiplied by the learning rate; 0 or more. Default 0. */
  weightDecay?: number;
  /**
   * Largest norm of the gradient over all variables, above 0; Infinity turns clipping off. Default 5, as in the paper.
   */
  clipNorm?: number;
  /** Decay of the running means of the gradient and of its square, each in [0, 1). Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the divisor. Default 1e-8. */
  epsilon?: number;
  /** A loss with a larger absolute value counts as diverged, and no step is made. Default Infinity. */
  lossLimit?: number;
}

const twoDecays: Check = {
  expected: "two numbers, each 0 or more and below 1",
  accepts: value => Array.isArray(value) && value.length === 2 && value.every(beta => beta >= 0 && beta < 1),
};

const adamWChecks: Checks<AdamWOptions> = {
  learningRate: required(either(atLeast(0), callback)),
  weightDecay: atLeast(0),
  clipNorm: orInfinity(above(0)),
  betas: twoDecays,
  epsilon: atLeast(0),
  lossLimit: orInfinity(above(0)),
};

const groupChecks: Checks<ParameterGroup> = {
  variables: required(listOf(tensor)),
  learningRate: either(atLeast(0), callback),
  weightDecay: atLeast(0),
};

/** The result of a step. */
export interface Step {
  loss: number;
  /** Norm of the gradient over all variables, before clipping. */
  gradientNorm: number;
  /** False if the loss or the gradient is not finite or the loss has diverged; then nothing was changed. */
  applied: boolean;
}

/** An optimizer of fixed variables. */
export interface Optimizer {
  /**
   * Makes one step for a loss, a scalar function of the variables, or for the weighted mean of several losses, which
   * are computed one after another in the memory of one (`meanGradient`). Variables that no loss depends on stay
   * unchanged.
   */
  minimize(losses: (() => tf.Scalar) | readonly (() => tf.Scalar)[], weights?: readonly number[]): Step;
  /** A copy of the variables and of the optimizer's state. The caller must dispose its tensors. */
  snapshot(): Snapshot;
  /** Restores a snapshot, which stays valid. Errors: a snapshot of other variables. */
  restore(snapshot: Snapshot): void;
  /** Frees the optimizer's state, but not the variables. */
  dispose(): void;
}

/** The state of an optimizer and its variables. */
export interface Snapshot {
  /** Number of steps so far. */
  step: number;
  /** `parameter.0`, `first.0`, `second.0`, `parameter.1`, …, by the index of the variable. */
  tensors: Record<string, tf.Tensor>;
}

/**
 * AdamW for variables, or for groups of variables with their own learning rates and weight decays. It equals PyTorch's
 * `AdamW` after `clip_grad_norm_`. Source: Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2.
 *
 * Errors: no variable; a variable that is given twice; an option out of its range; a schedule with a negative or NaN
 * value.
 */
export function adamW(
  parameters: readonly tf.Variable[] | readonly ParameterGroup[],
  options: AdamWOptions,
): Optimizer {
  checkOptions("adamW", options, adamWChecks);
  for (const entry of parameters) if (!isVariable(entry)) checkOptions("adamW", entry, groupChecks);
  const { learningRate, weightDecay = 0, clipNorm = 5, betas: [beta1, beta2] = [0.9, 0.999] } = options;
  const { epsilon = 1e-8, lossLimit = Infinity } = options;
  const groups = parameters.map((entry): ParameterGroup => (isVariable(entry) ? { variables: [entry] } : entry));
  const variables = groups.flatMap(group => group.variables);
  const twice = variables.find((variable, i) => variables.indexOf(variable) < i);
  if (twice) fail("adamW", `the variable ${twice.name} is given twice`, "Give it once, in one group.");
  if (variables.length === 0) fail("adamW", "there is no variable", "Give at least one.");

  const zeros = (x: tf.Tensor) => tf.tidy(() => tf.variable(tf.zerosLike(x), false));
  const slots = groups.flatMap(group =>
    group.variables.map(parameter => ({ group, parameter, first: zeros(parameter), second: zeros(parameter) })),
  );
  const state = new Map(
    slots.flatMap(({ parameter, first, second }, i) =>
      Object.entries({ parameter, first, second }).map(([name, variable]) => [`${name}.${i}`, variable] as const),
    ),
  );
  let step = 0;

  return {
    minimize(losses, weights) {
      return tidy(() => {
        const { loss, gradients } = meanGradient(typeof losses === "function" ? [losses] : losses, variables, weights);
        const [lossNow] = loss.dataSync();
        const gradientNorm = Math.sqrt(sumOfSquares(gradients.filter(g => g !== undefined)).dataSync()[0]);
        const applied = Number.isFinite(lossNow) && Number.isFinite(gradientNorm) && Math.abs(lossNow) <= lossLimit;
        if (!applied) return { loss: lossNow, gradientNorm, applied };
        const rates = new Map(groups.map(group => [group, checkedRate(at(group.learningRate ?? learningRate, step))]));
        step++;
        const correction = Math.sqrt(1 - beta2 ** step);
        const shared = {
          scale: Math.min(1, clipNorm / (gradientNorm + 1e-6)),
          beta1,
          beta2,
          floor: epsilon * correction,
        };
        const updates = slots.flatMap(({ group, ...variables }, i) => {
          const gradient = gradients[i];
          if (!gradient) return [];
          const rate = (rates.get(group)! * correction) / (1 - beta1 ** step);
          const decay = rates.get(group)! * (group.weightDecay ?? weightDecay);
          return [{ ...variables, gradient, rate, decay, ...shared }];
        });
        adamUpdate(updates);
        return { loss: lossNow, gradientNorm, applied };
      });
    },
    snapshot: () => ({ step, tensors: Object.fromEntries([...state].map(([name, x]) => [name, tf.clone(x)])) }),
    restore({ step: then, tensors }) {
      for (const [name, x] of state)
        if (`${tensors[name]?.shape}` !== `${x.shape}` || Object.keys(tensors).length !== state.size)
          fail(
            "restore",
            `the snapshot's ${name} is [${tensors[name]?.shape}], not [${x.shape}]`,
            "Restore a snapshot of the same variables.",
          );
      step = then;
      for (const [name, x] of state) tf.tidy(() => x.assign(tf.clone(tensors[name])));
    },
    dispose: () => tf.dispose(slots.map(({ first, second }) => [first, second])),
  };
}

const isVariable = (entry: tf.Variable | ParameterGroup): entry is tf.Variable => entry instanceof tf.Variable;

const checkedRate = (rate: number): number =>
  rate >= 0 ? rate : fail("adamW", `the learning rate is ${rate}`, "Give 0 or more at every step.");

/**
 * Two groups, as is usual for Transformers: matrices with weight decay, and biases and gains (at most one axis) without
 * it.
 */
export const decayGroups = (variables: readonly tf.Variable[], weightDecay: number): ParameterGroup[] => [
  { variables: variables.filter(({ rank }) => rank > 1), weightDecay },
  { variables: variables.filter(({ rank }) => rank <= 1), weightDecay: 0 },
];
