import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer } from "../../backend/adamw";
import type { PolicyTraining } from "../policy-training";
import type { Search } from "./search-part";

/**
 * Ends a round of updates early where the policy's entropy falls below a floor, and undoes the update that led there.
 * The entropy is that before the update: both this update and the one before it are undone.
 */
export function roundGuard(
  search: Search,
  { updates, entropyFloor }: { updates: number; entropyFloor: number },
): NonNullable<PolicyTraining["onUpdate"]> & { endRound(): void } {
  return {
    before(optimizer: Optimizer) {
      if (entropyFloor <= 0) return;
      search.safe.push(optimizer.snapshot());
      if (search.safe.length > 2) tf.dispose(search.safe.shift()!.tensors);
    },
    after(step, { entropy }, optimizer) {
      search.updates++;
      const nextRound = (Math.floor(step / updates) + 1) * updates;
      if (!(entropyFloor > 0 && entropy < entropyFloor)) return undefined;
      optimizer.restore(search.safe[0]);
      return nextRound;
    },
    endRound() {
      tf.dispose(search.safe.splice(0).map(({ tensors }) => tensors));
      search.sampling = undefined;
    },
  };
}
