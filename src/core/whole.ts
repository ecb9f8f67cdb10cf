import { fail } from "./errors";

/** Errors: an option, by its name, that is no whole number of at least `least`. */
export function needWhole(where: string, options: Record<string, number>, least = 1): void {
  for (const [name, value] of Object.entries(options))
    if (!(Number.isSafeInteger(value) && value >= least))
      fail(where, `${name} is ${value}`, `Give a whole number, ${least} or more.`);
}
