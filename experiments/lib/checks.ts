// Checks of options that only the experiments have.

import { type Check, integer } from "../../src/core/options";

/** A record of values under names of the caller's choice. */
export const byName = (check: Check): Check => ({
  expected: `a record; each value ${check.expected}`,
  accepts: value =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(entry => check.accepts(entry)),
});

export const seedCheck = integer(Number.MIN_SAFE_INTEGER);
