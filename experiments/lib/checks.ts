// Checks of options that only the experiments have.

import { type Check, made } from "../../src/core/options";

/** A record of values under names of the caller's choice. */
export const byName = (check: Check): Check => ({
  expected: `a record; each value ${check.expected}`,
  accepts: value =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(entry => check.accepts(entry)),
});

export const objective = made("an objective, such as weightedMle()", "name", "on", "weight", "loss");
export const learning = made("a record of learnGuidance's options, such as { aggregate: meanTokens() }", "aggregate");
export const randomness = made("a stream of random numbers, such as seeded(0)", "uniform", "split");
