// Weights and rates as functions of the training step, which counts from 0. Steps need not be whole: they may be shares
// of an epoch.

import { above, atLeast, callback, checkOptions, either, finite, listOf, required } from "../core/options";
import { at, type Schedule } from "../core/schedule";

const number = required(finite);
const positive = required(above(0));

/**
 * from · (to/from)^(step / (steps − 1)): equal ratios from step to step, `to` from the last step on.
 * Errors: a start, an end or a number of steps that is not above 0.
 */
export function geometric(from: number, to: number, steps: number): Schedule {
  checkOptions("geometric", { from, to, steps }, { from: positive, to: positive, steps: positive });
  return step => from * (to / from) ** Math.min(1, step / Math.max(1, steps - 1));
}

/**
 * from + (to − from) · step / steps: a straight line, `to` from step `steps` on.
 * Errors: a start or an end that is not finite; a number of steps that is not above 0.
 */
export function linear(from: number, to: number, steps: number): Schedule {
  checkOptions("linear", { from, to, steps }, { from: number, to: number, steps: positive });
  return step => from + (to - from) * Math.min(1, step / steps);
}

/**
 * to + (from − to) · (1 + cos(π · step / steps)) / 2: half a wave, `to` from step `steps` on.
 * Errors: a start or an end that is not finite; a number of steps that is not above 0.
 */
export function cosine(from: number, to: number, steps: number): Schedule {
  checkOptions("cosine", { from, to, steps }, { from: number, to: number, steps: positive });
  return step => to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;
}

/**
 * from / √(1 + step / scale). After a warm-up of `scale` steps this is the schedule of Vaswani et al. 2017.
 * Errors: a start that is not finite; a scale that is not above 0.
 */
export function inverseSquareRoot(from: number, scale: number): Schedule {
  checkOptions("inverseSquareRoot", { from, scale }, { from: number, scale: positive });
  return step => from / Math.sqrt(1 + step / scale);
}

/**
 * from · factor^(how many of `steps` have been reached).
 * Errors: a start that is not finite; a factor or a step below 0.
 */
export function stepwise(from: number, factor: number, steps: readonly number[]): Schedule {
  const checks = { from: number, factor: required(atLeast(0)), steps: required(listOf(atLeast(0))) };
  checkOptions("stepwise", { from, factor, steps }, checks);
  return step => from * factor ** steps.filter(reached => reached <= step).length;
}

/**
 * A straight line from 0 to where `schedule` starts, over `steps` steps, and `schedule` from there on. Transformers'
 * schedules "with warm-up" of w among n steps are `warmedUp(w, linear(rate, 0, n - w))` and `warmedUp(w, cosine(rate,
 * 0, n - w))`.
 * Errors: a number of steps below 0; what follows is neither a number nor a schedule.
 */
export function warmedUp(steps: number, schedule: number | Schedule): Schedule {
  const checks = { steps: required(atLeast(0)), schedule: required(either(finite, callback)) };
  checkOptions("warmedUp", { steps, schedule }, checks);
  return step => (step < steps ? (at(schedule, 0) * step) / steps : at(schedule, step - steps));
}
