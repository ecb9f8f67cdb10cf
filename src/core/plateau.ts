import { atLeast, between, type Checks, checkOptions, integer, orInfinity, required } from "./options";

/** How a learning rate falls once evaluations stop improving. */
export interface PlateauOptions {
  /** The rate is multiplied by it, 0 to 1. Default 0.8, the paper's. */
  factor?: number;
  /** Evaluations without improvement to tolerate. Default 2. */
  patience?: number;
  /** The lowest rate. Default 1e-6. */
  min?: number;
}

/** For `checkOptions`. */
export const plateauChecks: Checks<PlateauOptions> = {
  factor: between(0, 1),
  patience: orInfinity(integer(0)),
  min: atLeast(0),
};

/**
 * A learning rate that falls after more than `patience` evaluations in a row without a value above the best one (higher
 * is better), and then counts anew. NaN is no improvement. The numbers are those of PyTorch's
 * `ReduceLROnPlateau(mode="max", threshold=0)`.
 *
 * Errors: a rate below 0; an option out of its range.
 */
export function reduceOnPlateau(rate: number, options: PlateauOptions = {}) {
  checkOptions("reduceOnPlateau", { rate }, { rate: required(atLeast(0)) });
  checkOptions("reduceOnPlateau", options, plateauChecks);
  const { factor = 0.8, patience = 2, min = 1e-6 } = options;
  let best = Number.NEGATIVE_INFINITY;
  let worse = 0;
  return {
    rate: () => rate,
    step(value: number): void {
      if (value > best) {
        best = value;
        worse = 0;
      } else if (++worse > patience) {
        rate = Math.min(rate, Math.max(rate * factor, min));
        worse = 0;
      }
    },
  };
}
