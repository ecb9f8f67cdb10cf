// Checks of options that all trainers have.

import { atLeast, callback, either, listOf, made } from "../core/options";

export const objectivesCheck = listOf(made("an objective, such as mle()", "name", "on", "loss"));

/** A learning rate or a schedule of it. */
export const rateCheck = either(atLeast(0), callback);
