// When training learns its guidance anew: one function for the training itself and for the dry runs that count its
// steps.

/** Counted in updates. */
export interface Relearning {
  /** Updates between two learnings. */
  every: number;
  /** The update before which guidance is first learned. Default 0. */
  from?: number;
  /** From this update on it stays as it is. Default: never. */
  until?: number;
}

/** Whether guidance is learned anew before update `step`: at `from`, `from` + `every`, … below `until`. */
export const relearnsAt = (step: number, { every, from = 0, until = Infinity }: Relearning): boolean =>
  step >= from && step < until && (step - from) % every === 0;
