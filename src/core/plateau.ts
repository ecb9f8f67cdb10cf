import { atLeast, between, type Checks, checkOptions, integer } from "./options";

/** When a learning rate is reduced. */
export interface PlateauOptions {
  /** Factor of each reduction, from 0 to 1. Default 0.8, as in the paper. */
  factor?: number;
  /** Evaluations without improvement to tolerate. Default 2. */
  patience?: number;
  /** The lowest rate. Default 1e-6. */
  min?: number;
}

const plateauChecks: Checks<PlateauOptions> = { factor: between(0, 1), patience: integer(0), min: atLeast(0) };

/**
 * A learning rate that is reduced when a metric (higher is better) has not exceeded its best value for more than `patience` evaluations
 * in a row; the count then starts again. It equals PyTorch's `ReduceLROnPlateau(mode="max", threshold=0)`.
 *
 * @param rate the initial learning rate
 */
export function reduceOnPlateau(rate: number, options: PlateauOptions = {}) {
  checkOptions("reduceOnPlateau", options, plateauChecks);
  const { factor = 0.8, patience = 2, min = 1e-6 } = options;
  let best = Number.NEGATIVE_INFINITY;
  let worse = 0;
  return {
    /** The current learning rate. */
    rate: () => rate,
    /** Takes the metric of one evaluation. */
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
