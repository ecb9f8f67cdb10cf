/** A number for every training step, counted from 0. */
export type Schedule = (step: number) => number;

/** The number at a step. */
export const at = (schedule: number | Schedule, step: number): number =>
  typeof schedule === "number" ? schedule : schedule(step);
