// What a run would need, found out before it: whether model and data are there, memory, steps. No weights are loaded.

import * as path from "node:path";
import { readJsonObject } from "../../src/core/json";
import { bytesToFetch, fetchFromHub } from "../../src/hub/hub";
import { isUnreachable } from "../../src/hub/request";
import { isOnHub } from "../../src/hub/resolve-model";
import { type LmFacts, lmFacts, readLmFacts } from "../../src/models/lm-facts";
import { published } from "./published";

export interface Plan {
  checks: Check[];
  /** Bytes. */
  memory: Quantity[];
  steps: Quantity[];
}

/** Something that a run needs. `wrong` makes it fail; `unknown` could not be asked. */
export interface Check {
  what: string;
  state: "ready" | "to fetch" | "unknown" | "wrong";
  found: string;
}

export interface Quantity {
  what: string;
  amount: number;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** Runs a check; its error is what was found. An unreachable hub makes it unknown. */
export async function checked(what: string, look: () => Promise<Omit<Check, "what">>): Promise<Check> {
  try {
    return { what, ...(await look()) };
  } catch (error) {
    return { what, state: isUnreachable(error) ? "unknown" : "wrong", found: (error as Error).message };
  }
}

/** Errors of a configuration, each a check. */
export const required = (what: string, holds: boolean, found: string): Check[] =>
  holds ? [] : [{ what, state: "wrong", found }];

/**
 * An LM by the name that the loaders take: of the hub only config.json is fetched. If the hub cannot be asked, published numbers stand in where there are some.
 */
export async function planLm(model: string): Promise<{ check: Check; facts?: LmFacts }> {
  let facts: LmFacts | undefined;
  const check = await checked("model", async () => {
    if (!isOnHub(model)) {
      facts = await readLmFacts(model);
      return { state: "ready", found: model };
    }
    const patience = { attempts: 2 }; // a connection that stood idle may be lost
    const folder = await fetchFromHub(model, { ...patience, files: ["config.json"] });
    facts = lmFacts(readJsonObject(path.join(folder, "config.json"), 1e7), model);
    const bytes = await bytesToFetch(model, patience);
    return bytes > 0
      ? { state: "to fetch", found: `${model} is not in the cache: ${megabytes(bytes)} to fetch` }
      : { state: "ready", found: `${model}, in the cache` };
  });
  if (!facts && check.state === "unknown" && Object.hasOwn(published, model)) {
    facts = lmFacts(published[model], model);
    check.found = `${model} is not in the cache, and the hub cannot be reached. Its published configuration is assumed`;
  }
  return { check, facts };
}
