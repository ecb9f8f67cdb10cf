// What objectives and credits need of samples, and whether it can be had.

import { fail } from "../../core/errors";
import type { Credit, CreditField } from "../../credit/credit";
import type { Objective, OptionalField } from "../../objectives/objective";
import { checkFields } from "../fields";

export interface Asked {
  objectives: readonly Objective[];
  credits: readonly Credit[];
  /** Samples of a prompt, and those of them that are scored. */
  samples: number;
  scored: number;
  microBatchSize: number;
  /** Optimizer steps of an update. */
  steps: number;
  /** What was given to the trainer. */
  has: { score: boolean; guidance: boolean; reference: boolean };
}

const always: OptionalField[] = ["reward_BT", "advantage_BT", "behaviorLogProbability_BT", "listSize"];
const ofReference: OptionalField[] = ["referenceLogits_BTV", "referenceLogProbability_BT"];
const byReference = "Make the policy by trainablePolicy, or give `reference`.";

/** Errors, before anything is drawn: an objective or a credit that needs what is not there. */
export function neededFields(where: string, asked: Asked) {
  const { objectives, credits, samples, scored, microBatchSize, steps, has } = asked;
  const fields = new Set(objectives.flatMap(({ needs = [] }) => needs));
  const reference = ofReference.find(field => fields.has(field));
  if (reference && !has.reference)
    fail(where, `an objective needs ${reference}, and there is no reference LM`, byReference);
  checkFields(where, objectives, { samples: [...always, ...ofReference] });
  const ofCredits = new Set(credits.flatMap(({ needs = [] }) => needs));
  const missing: [CreditField, boolean, string][] = [
    ["score_B", has.score, "Give a score, or another credit."],
    ["reward_BT", has.guidance, "Give a guidance, or another credit."],
    ["referenceLogProbability_BT", has.reference, byReference],
  ];
  for (const [field, there, remedy] of missing) {
    const credit = credits.find(({ needs = [] }) => needs.includes(field));
    if (credit && !there) fail(where, `credit ${credit.name} needs ${field}`, remedy);
  }
  const compares = credits.find(({ fewestSamples = 1 }) => scored < fewestSamples);
  if (compares) {
    const count = `${scored === samples ? "samples" : "scoring.perPrompt"} is ${scored}`;
    fail(
      where,
      `credit ${compares.name} compares samples of a prompt, and ${count}`,
      "Give 2 or more, or another credit.",
    );
  }
  if (fields.has("listSize") && microBatchSize % samples !== 0)
    fail(
      where,
      `microBatchSize is ${microBatchSize}, and an objective needs all ${samples} samples of a prompt`,
      `Give a multiple of ${samples}.`,
    );
  return {
    fields,
    reference: reference !== undefined || ofCredits.has("referenceLogProbability_BT"),
    // The only optimizer step of an update computes the policy's log-probabilities itself.
    behaviorLogProbability:
      ofCredits.has("behaviorLogProbability_BT") || (steps > 1 && fields.has("behaviorLogProbability_BT")),
    referenceLogProbability: fields.has("referenceLogProbability_BT") || ofCredits.has("referenceLogProbability_BT"),
  };
}
