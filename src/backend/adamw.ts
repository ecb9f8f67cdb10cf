// One optimizer for guidance and LMs: AdamW with gradient clipping, whose whole state can be set aside and taken back.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { meanGradient } from "../core/mean-gradient";
import { at, type Schedule } from "../core/schedule";
import { tidy } from "../core/tidy";
import { adamUpdate } from "./adam-update";
import { sumOfSquares } from "./sum-of-squares";

/** Variables that are trained alike. */
export interface ParameterGroup {
  variables: readonly tf.Variable[];
  /** Each defaults to the optimizer's. */
  learningRate?: number | Schedule;
  weightDecay?: number;
}

export interface AdamWOptions {
  /** A schedule is asked for the number of steps done so far, from 0. */
  learningRate: number | Schedule;
  /** Decoupled weight decay, as a share of the learning rate. Default 0. */
  weightDecay?: number;
  /** The gradient's largest norm over all variables; Infinity leaves it as it is. Default 5, the paper's. */
  clipNorm?: number;
  /** Decay of the running means of the gradient and of its square. Default 0.9 and 0.999. */
  betas?: readonly [number, number];
  /** Added to the divisor. Default 1e-8. */
  epsilon?: number;
  /** A loss further from 0 than this has diverged: no step is made. Default Infinity. */
  lossLimit?: number;
}

/** What a step did. */
export interface Step {
  loss: number;
  /** Over all variables, before clipping. */
  gradientNorm: number;
  /** False where the loss or the gradient is not a finite number, or the loss has diverged; then nothing has changed. */
  applied: boolean;
}

export interface Optimizer {
  /**
   * One step down the gradient of a loss, a scalar made from the variables, or of the mean of several that are computed one
   * after another, in the memory of one (`meanGradient`). A variable that no loss depends on stays as it is.
   */
  minimize(losses: (() => tf.Scalar) | readonly (() => tf.Scalar)[], weights?: readonly number[]): Step;
  /** A copy of the variables and of the optimizer's state. The caller disposes its tensors. */
  snapshot(): Snapshot;
  /** Goes back to a snapshot, which stays valid. Errors: one of other variables. */
  restore(snapshot: Snapshot): void;
  /** Frees the optimizer's state; the variables stay. */
  dispose(): void;
}

export interface Snapshot {
  step: number;
  /** `parameter.0`, `first.0`, `second.0`, `parameter.1`, …: by place among the optimizer's variables. */
  tensors: Record<string, tf.Tensor>;
}

/**
 * AdamW on variables, or on groups of them with rates and decays of their own. The numbers are those of PyTorch's `AdamW`
 * after `clip_grad_norm_`. Source: Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2.
 *
 * Errors: no variable; one that is given twice; a learning rate below 0 or not a number; a norm to clip to that is not above 0.
 */
export function adamW(
  parameters: readonly tf.Variable[] | readonly ParameterGroup[],
  options: AdamWOptions,
): Optimizer {
  const { learningRate, weightDecay = 0, clipNorm = 5, betas: [beta1, beta2] = [0.9, 0.999] } = options;
  const { epsilon = 1e-8, lossLimit = Infinity } = options;
  const groups = parameters.map((entry): ParameterGroup => (isVariable(entry) ? { variables: [entry] } : entry));
  const variables = groups.flatMap(group => group.variables);
  const twice = variables.find((variable, i) => variables.indexOf(variable) < i);
  if (twice) fail("adamW", `the variable ${twice.name} is given twice`, "Put it into one group.");
  if (!(clipNorm > 0)) fail("adamW", `clipNorm is ${clipNorm}`, "Give a number above 0; Infinity turns it off.");
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
            "Restore what these variables left.",
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

/** Groups in which matrices decay and biases and gains (of one axis or none) do not, as is usual for Transformers. */
export const decayGroups = (variables: readonly tf.Variable[], weightDecay: number): ParameterGroup[] => [
  { variables: variables.filter(({ rank }) => rank > 1), weightDecay },
  { variables: variables.filter(({ rank }) => rank <= 1), weightDecay: 0 },
];
