import { fail } from "../core/errors";
import type { Objective, OptionalField } from "../objectives/objective";

/** The fields that a trainer fills, for each kind of responses that it has. */
export type Filled = { [On in Objective["on"]]?: readonly OptionalField[] };

/**
 * Errors, before training starts: an objective on responses that the trainer does not have, or that needs a field
 * which the trainer cannot fill.
 */
export function checkFields(where: string, objectives: readonly Objective[], filled: Filled): void {
  const kinds = Object.keys(filled).join(" and ");
  for (const { name, on, needs = [] } of objectives) {
    const fields = filled[on];
    if (!fields) fail(where, `objective ${name} learns from ${on}`, `This trainer has ${kinds}.`);
    const missing = needs.find(
      field =>
        !fields.includes(field) &&
        // Log-probabilities follow from logits.
        !(field === "referenceLogProbability_BT" && fields.includes("referenceLogits_BTV")),
    );
    if (missing)
      fail(
        where,
        `objective ${name} needs ${missing} of ${on}, which this trainer does not fill`,
        "Leave the objective out, or train with `trainPolicy` on batches of your own.",
      );
  }
}
