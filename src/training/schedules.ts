// Weights and rates as functions of the training step.

import type { Schedule } from "../core/schedule";

/** from · (to/from)^(step / (steps − 1)): equal ratios from step to step, `to` from the last step on. */
export const geometric =
  (from: number, to: number, steps: number): Schedule =>
  step =>
    from * (to / from) ** Math.min(1, step / Math.max(1, steps - 1));
