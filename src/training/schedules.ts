// Weights and rates as functions of the training step, which counts from 0.

import { at, type Schedule } from "../core/schedule";

/** from · (to/from)^(step / (steps − 1)): equal ratios from step to step, `to` from the last step on. */
export const geometric =
  (from: number, to: number, steps: number): Schedule =>
  step =>
    from * (to / from) ** Math.min(1, step / Math.max(1, steps - 1));

/** from + (to − from) · step / steps: a straight line, `to` from step `steps` on. */
export const linear =
  (from: number, to: number, steps: number): Schedule =>
  step =>
    from + (to - from) * Math.min(1, step / steps);

/** to + (from − to) · (1 + cos(π · step / steps)) / 2: half a wave, `to` from step `steps` on. */
export const cosine =
  (from: number, to: number, steps: number): Schedule =>
  step =>
    to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;

/** from / √(1 + step / scale). After a warm-up of `scale` steps this is the schedule of Vaswani et al. 2017. */
export const inverseSquareRoot =
  (from: number, scale: number): Schedule =>
  step =>
    from / Math.sqrt(1 + step / scale);

/** from · factor^(how many of the steps have been reached). */
export const stepwise =
  (from: number, factor: number, steps: readonly number[]): Schedule =>
  step =>
    from * factor ** steps.filter(reached => reached <= step).length;

/**
 * A straight line from 0 to where `then` starts, over `steps` steps, and `then` from there on. Transformers' schedules "with
 * warm-up" of w among n steps are `warmedUp(w, linear(rate, 0, n - w))` and `warmedUp(w, cosine(rate, 0, n - w))`.
 */
export const warmedUp =
  (steps: number, then: number | Schedule): Schedule =>
  step =>
    step < steps ? (at(then, 0) * step) / steps : at(then, step - steps);
