// Dry runs: what a run needs, before it runs. Model and data, memory and steps; no weights are loaded.

import * as path from "node:path";
import { readJsonObject } from "../../src/core/json";
import { bytesToFetch, fetchFromHub } from "../../src/hub/hub";
import { isUnreachable } from "../../src/hub/request";
import { isOnHub } from "../../src/hub/resolve-model";
import { type LmFacts, lmFacts, readLmFacts } from "../../src/models/lm-facts";
import { published } from "./published";

/** The result of a dry run. */
export interface Plan {
  checks: Check[];
  /** In bytes. */
  memory: Quantity[];
  /** Updates, samples, passes and the like, as counts. */
  steps: Quantity[];
}

/** Something that a run needs: a run fails where it is "wrong"; "unknown" means that the hub could not be asked. */
export interface Check {
  what: string;
  state: "ready" | "to fetch" | "unknown" | "wrong";
  found: string;
}

/** An amount that a plan names: bytes, steps or others. */
export interface Quantity {
  what: string;
  amount: number;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** Runs a check. If it throws, the message is what was found; an unreachable hub makes the check "unknown". */
export async function checked(what: string, find: () => Promise<Omit<Check, "what">>): Promise<Check> {
  try {
    return { what, ...(await find()) };
  } catch (error) {
    return { what, state: isUnreachable(error) ? "unknown" : "wrong", found: (error as Error).message };
  }
}

/** A failed check if the condition does not hold, else nothing. */
export const required = (what: string, holds: boolean, found: string): Check[] =>
  holds ? [] : [{ what, state: "wrong", found }];

/**
 * Checks an LM by the name that the loaders take. For one of the hub only config.json is fetched; if the hub cannot be
 * asked, published numbers are used where there are some (`published`).
 */
export async function planLm(model: string): Promise<{ check: Check; facts?: LmFacts }> {
  let facts: LmFacts | undefined;
  const check = await checked("model", async () => {
    if (!isOnHub(model)) {
      facts = await readLmFacts(model);
      return { state: "ready", found: model };
    }
    const attempts = 2; // an idle connection may have been closed
    const folder = await fetchFromHub(model, { attempts, files: ["config.json"] });
    facts = lmFacts(readJsonObject(path.join(folder, "config.json"), 1e7), model);
    const bytes = await bytesToFetch(model, { attempts });
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
