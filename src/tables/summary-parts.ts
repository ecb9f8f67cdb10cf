// Parts of documents with summaries for training, validation and test that share no document.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, randomness, required, text } from "../core/options";
import type { Rng } from "../core/random";
import { columnValues } from "./summaries";

export interface SummaryParts {
  train: ColumnTable;
  valid: ColumnTable;
  test: ColumnTable;
}

export interface SplitOptions {
  /** Groups for validation and for the test. */
  valid: number;
  test: number;
  rng: Rng;
  /** The column whose values stay together, say the paper of several summaries. Default "document". */
  group?: string;
}

const splitChecks: Checks<SplitOptions> = {
  valid: required(integer(0)),
  test: required(integer(0)),
  rng: required(randomness),
  group: text,
};

/**
 * Three tables that share neither a group nor a document: groups are drawn at random, those with a document in common
 * as one, and the rows keep their order.
 *
 * Errors: an option out of its range; a missing column; too few groups for any to be left for training.
 */
export function splitSummaries(rows: ColumnTable, options: SplitOptions): SummaryParts {
  checkOptions("splitSummaries", options, splitChecks);
  const { valid, test, rng, group = "document" } = options;
  const groups = joinedGroups(
    columnValues("splitSummaries", rows, group).map(String),
    group !== "document" && rows.column("document") ? columnValues("splitSummaries", rows, "document") : undefined,
  );
  const different = [...new Set(groups)];
  if (different.length <= valid + test)
    fail(
      "splitSummaries",
      `there are ${different.length} groups, ${valid + test} of them for validation and test`,
      "Ask for fewer.",
    );
  const order = rng.shuffled(different);
  const table = rows.reify();
  const part = (from: number, to: number) => {
    const chosen = new Set(order.slice(from, to));
    return table.reify(groups.flatMap((name, row) => (chosen.has(name) ? [row] : [])));
  };
  return { valid: part(0, valid), test: part(valid, valid + test), train: part(valid + test, order.length) };
}

/** Each row's group; groups that share a document have the name of the first of them. */
function joinedGroups(groups: string[], documents?: readonly unknown[]): string[] {
  if (!documents) return groups;
  const joined = new Map<string, string>(); // towards the first group of those that are one
  const first = (group: string): string => {
    let name = group;
    while (joined.has(name)) name = joined.get(name)!;
    return name;
  };
  const order = new Map([...new Set(groups)].map((group, i) => [group, i]));
  const groupOf = new Map<unknown, string>();
  for (const [row, group] of groups.entries()) {
    const before = groupOf.get(documents[row]);
    if (before === undefined) groupOf.set(documents[row], group);
    else {
      const [a, b] = [first(before), first(group)].sort((a, b) => order.get(a)! - order.get(b)!);
      if (a !== b) joined.set(b, a);
    }
  }
  return groups.map(first);
}

/**
 * What becomes of documents that a part shares with one that is evaluated after it (train with valid or test, valid
 * with test): an evaluation on them would not measure what is learned from others.
 */
export type SharedDocuments = "keep" | "drop" | "fail";

/**
 * The parts, without the rows of train whose documents are in valid or test, and those of valid whose documents are in
 * test, where they are to be dropped; and the number of such rows. Texts are compared as they are: prepare them first.
 *
 * Errors: a shared document, where it is to fail.
 */
export function separateParts(
  where: string,
  parts: SummaryParts,
  shared: SharedDocuments,
): { parts: SummaryParts; shared: Record<keyof SummaryParts, number> } {
  const counts = { train: 0, valid: 0, test: 0 };
  const separate = { ...parts };
  const later = new Map<unknown, keyof SummaryParts>();
  for (const name of ["test", "valid", "train"] as const) {
    const documents = columnValues(where, parts[name], "document");
    const found = documents.findIndex(document => later.has(document));
    if (found >= 0 && shared === "fail")
      fail(
        where,
        `row ${found} of ${name} has a document that is in ${later.get(documents[found])} too`,
        'Leave such rows out; `loadSummaries` does with `shared: "drop"`, and keeps them with "keep".',
      );
    counts[name] = documents.filter(document => later.has(document)).length;
    if (counts[name] > 0 && shared === "drop")
      separate[name] = parts[name]
        .reify()
        .reify(documents.flatMap((document, row) => (later.has(document) ? [] : [row])));
    if (name !== "train") for (const document of documents) if (!later.has(document)) later.set(document, name);
  }
  return { parts: separate, shared: counts };
}
