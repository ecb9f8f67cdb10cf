/** A value for every training step, from 0. */
export type Schedule = (step: number) => number;

/** The value at a step; a constant is the same at all steps. */
export const at = (schedule: number | Schedule, step: number): number =>
  typeof schedule === "number" ? schedule : schedule(step);
