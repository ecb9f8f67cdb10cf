// A training's options as JSON, so that a checkpoint can tell whether it belongs to them.

import { createHash } from "node:crypto";
import { fail } from "../core/errors";

/** Options that may be schedules: a function there is described by its values at some steps. */
const scheduled = ["weight", "learningRate", "weightDecay"];
const steps = [...Array(100).keys(), 200, 300, 500, 1000, 2000, 3000, 5000, 10_000, 100_000];

/**
 * What JSON holds of the options. Schedules stand as their values at some steps; other functions and what is
 * undefined are left out.
 */
export function settingsOf(options: object): object {
  const text = JSON.stringify(options, (key, value) =>
    typeof value === "function" && scheduled.includes(key)
      ? Object.fromEntries(steps.map(step => [`step ${step}`, value(step)]))
      : value,
  );
  return JSON.parse(text);
}

/** Errors: an option that differs from the checkpoint's, by its name. */
export function checkSameSettings(where: string, now: object, then: object): void {
  const [a, b] = [leaves(now), leaves(then)];
  for (const name of new Set([...a.keys(), ...b.keys()]))
    if (a.get(name) !== b.get(name))
      fail(
        where,
        `${name} is ${a.get(name) ?? "not given"}, but ${b.get(name) ?? "not given"} in the checkpoint`,
        "Resume with the options that the training was started with.",
      );
}

function leaves(value: unknown, name = "", into = new Map<string, string>()): Map<string, string> {
  if (typeof value !== "object" || value === null) return into.set(name, JSON.stringify(value));
  for (const [key, part] of Object.entries(value)) leaves(part, name ? `${name}.${key}` : key, into);
  return into;
}

/** Tells sequences of token ids apart from others. */
export function digestOf(sequences: Iterable<readonly number[]>): string {
  const hash = createHash("sha256");
  for (const ids of sequences) hash.update(`${ids.join()};`);
  return hash.digest("hex");
}
