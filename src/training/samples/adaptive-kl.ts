// A KL weight that follows the KL it has.

import { fail } from "../../core/errors";
import { above, between, type Checks, fields, required } from "../../core/options";
import { at } from "../../core/schedule";
import { type Objective, weightAt } from "../../objectives/objective";
import type { PolicyTraining, TrainingPart } from "../policy-training";

/**
 * After each update the weight of the objective `kl` is multiplied by 1 + rate · (KL / target − 1), the parenthesis
 * between −1 and 1 (Ziegler et al. 2019, section 2.2, where it is between −0.2 and 0.2). It stays within a hundredth
 * and a hundred times the weight given.
 */
export interface AdaptiveKl {
  /** The KL a token to stay near, in nats. */
  target: number;
  /** 0 to 1. Default 0.1. */
  rate?: number;
}

export const adaptiveKlCheck = fields<AdaptiveKl>({
  target: required(above(0)),
  rate: between(0, 1),
} satisfies Checks<AdaptiveKl>);

/** The objectives with that weight, and what a trainer needs to move, log and keep it. Errors: no objective `kl`. */
export function adaptiveWeight(where: string, objectives: readonly Objective[], { target, rate = 0.1 }: AdaptiveKl) {
  const given = objectives.find(({ name }) => name === "kl");
  if (!given) fail(where, "adaptiveKl moves the weight of kl, which is not among the objectives", "Give tw.kl().");
  let factor = 1;
  const moved: Objective = { ...given, weight: step => factor * at(given.weight, step) };
  const onUpdate: PolicyTraining["onUpdate"] = {
    before() {},
    after(_, { kl }) {
      const error = Math.min(1, Math.max(-1, kl / target - 1));
      factor = Math.min(100, Math.max(0.01, factor * (1 + rate * error)));
      return undefined;
    },
  };
  const part: TrainingPart = {
    save: () => ({ state: { factor }, tensors: {} }),
    restore: ({ state }) => void ({ factor } = state as { factor: number }),
  };
  return {
    objectives: objectives.map(objective => (objective === given ? moved : objective)),
    weight: (step: number) => weightAt(moved, step),
    onUpdate,
    part,
  };
}
