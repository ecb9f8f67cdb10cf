/** When a learning rate falls because nothing gets better. */
export interface PlateauOptions {
  /** What the rate is multiplied by. Default 0.8, the paper's. */
  factor?: number;
  /** Looks in a row without a better value that are let pass. Default 2. */
  patience?: number;
  /** The lowest rate. Default 1e-6. */
  min?: number;
}

/**
 * A rate that falls where a value (higher is better) has not risen above its best for more than `patience` looks in a row, and then
 * counts anew. The numbers are those of PyTorch's `ReduceLROnPlateau(mode="max", threshold=0)`.
 */
export function reduceOnPlateau(rate: number, { factor = 0.8, patience = 2, min = 1e-6 }: PlateauOptions = {}) {
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
