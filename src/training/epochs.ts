import type { Rng } from "../core/random";
import { chunks } from "../text/batches";

/** Updates that an epoch of so many references takes. */
export const updatesPerEpoch = (references: number, batchSize: number): number => Math.ceil(references / batchSize);

/**
 * An epoch's updates: references of like lengths together within stretches of sixteen updates, the updates in any
 * order.
 */
export function epochOrder(lengths: readonly number[], batchSize: number, rng: Rng): number[][] {
  const stretches = chunks(rng.shuffled(lengths.keys()), 16 * batchSize);
  const updates = stretches.flatMap(stretch =>
    chunks(
      stretch.sort((a, b) => lengths[a] - lengths[b]),
      batchSize,
    ),
  );
  return rng.shuffled(updates);
}
