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
  has: { score: boolean; guidance: boolean; reference: boolean; valueHead: boolean; attention: boolean };
}

const always: OptionalField[] = ["reward_BT", "advantage_BT", "behaviorLogProbability_BT", "listSize"];
const ofValues: OptionalField[] = ["value_BT", "return_BT", "oldValue_BT"];
const ofReference: OptionalField[] = ["referenceLogits_BTV", "referenceLogProbability_BT"];
const byReference = "Make the policy by trainablePolicy, or give `reference`.";

/** Errors, before anything is drawn: an objective or a credit that needs what is not there. */
export function neededFields(where: string, asked: Asked) {
  const { objectives, credits, samples, scored, microBatchSize, steps, has } = asked;
  const fields = new Set(objectives.flatMap(({ needs = [] }) => needs));
  const reference = ofReference.find(field => fields.has(field));
  if (reference && !has.reference)
    fail(where, `an objective needs ${reference}, and there is no reference LM`, byReference);
  checkFields(where, objectives, { samples: [...always, ...ofReference, ...ofValues] });
  const ofCredits = new Set(credits.flatMap(({ needs = [] }) => needs));
  const missing: [CreditField, boolean, string][] = [
    ["score_B", has.score, "Give a score, or another credit."],
    ["reward_BT", has.guidance, "Give a guidance, or another credit."],
    ["referenceLogProbability_BT", has.reference, byReference],
    [
      "attention_BT",
      has.attention,
      "Make the policy of a decoder-only LM by trainablePolicy, or give one as `reference`.",
    ],
  ];
  for (const [field, there, remedy] of missing) {
    const credit = credits.find(({ needs = [] }) => needs.includes(field));
    if (credit && !there) fail(where, `credit ${credit.name} needs ${field}`, remedy);
  }
  const value = checkValues(
    where,
    asked,
    ofValues.find(field => fields.has(field)),
  );
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
    value,
    attention: ofCredits.has("attention_BT"),
    reference: reference !== undefined || ofCredits.has("referenceLogProbability_BT"),
    // The only optimizer step of an update computes the policy's log-probabilities itself.
    behaviorLogProbability:
      ofCredits.has("behaviorLogProbability_BT") || (steps > 1 && fields.has("behaviorLogProbability_BT")),
    referenceLogProbability: fields.has("referenceLogProbability_BT") || ofCredits.has("referenceLogProbability_BT"),
  };
}

/** Whether there is a value head. Errors: it would not learn, or some credit has no returns for it to learn from. */
function checkValues(where: string, { credits, objectives, has }: Asked, field?: OptionalField): boolean {
  const reads = credits.find(({ needs = [] }) => needs.includes("value_BT"));
  const without = credits.find(({ returns }) => !returns);
  const withReturns =
    "Give tw.credit.generalizedAdvantage(), and with guidance that is learned on the way as `before`.";
  if (field && without)
    fail(where, `an objective needs ${field}, and credit ${without.name} has no returns`, withReturns);
  if (reads && without)
    fail(where, `credit ${reads.name} has values, and credit ${without.name} has none`, withReturns);
  if (reads && !objectives.some(({ needs = [] }) => needs.includes("value_BT")))
    fail(where, `credit ${reads.name} reads values, which no objective teaches`, "Add tw.valueLoss().");
  if (has.valueHead && !reads)
    fail(
      where,
      `valueHead is given, and credit ${credits[0].name} reads no values`,
      "Leave it out, or change the credit.",
    );
  return reads !== undefined;
}
