import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { chunks } from "../text/batches";

/** Updates that an epoch of so many references takes. */
export const updatesPerEpoch = (references: number, batchSize: number): number => Math.ceil(references / batchSize);

/** The whole number of updates nearest to these epochs. Errors: there is none. */
export const updatesOf = (where: string, name: string, epochs: number, perEpoch: number): number =>
  Math.round(epochs * perEpoch) ||
  fail(where, `${name} is ${epochs} epochs of ${perEpoch} updates`, "Give one update at least.");

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
