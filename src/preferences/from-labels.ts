import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { type CandidateColumns, type CandidateRows, candidateRows } from "./candidate-rows";
import { type ListsTable, listsTable } from "./lists-table";
import { needColumn, truth } from "./named-columns";

export interface LabelColumns extends CandidateColumns {
  /** True or 1 where the response is good, false or 0 where it is bad. Default "label" or "labels". */
  label?: string;
  /**
   * Compares responses to different prompts: good and bad ones are dealt at random into lists of about `listSize` with at least
   * one of each. Default: only responses to the same prompt are compared.
   */
  across?: { listSize: number; rng: Rng };
}

export const usualLabels = ["label", "labels"];

/**
 * Lists from unpaired labels: good responses are equally good and better than bad ones, which are equally bad. Without `across`,
 * a prompt with only good or only bad responses gives no list.
 *
 * Errors: no such column; a label that is none; nothing to compare.
 */
export function fromLabels(table: ColumnTable, columns: LabelColumns = {}): ListsTable {
  const name = needColumn("fromLabels", table, "label", columns.label, usualLabels);
  const { judgement, ...rows } = candidateRows("fromLabels", table, columns, name);
  const place = Uint8Array.from(judgement as ArrayLike<unknown>, (label, i) =>
    truth("fromLabels", label, `${name} of response ${i}`) ? 0 : 1,
  );
  const group = columns.across ? dealt(place, columns.across) : withBoth(rows, place);
  return listsTable("fromLabels", { ...rows, group, place });
}

/** Groups of one kind only are broken up into groups of one row, which give no lists. */
function withBoth({ group }: Omit<CandidateRows, "judgement">, place: Uint8Array): Int32Array {
  const kinds = new Uint8Array(group.reduce((most, g) => Math.max(most, g), -1) + 1);
  for (const [row, g] of group.entries()) kinds[g] |= 1 << place[row];
  if (!kinds.includes(3))
    fail(
      "fromLabels",
      "no prompt has both a good and a bad response",
      "Set `across` to compare the responses to different prompts.",
    );
  let free = kinds.length;
  return group.map(g => (kinds[g] === 3 ? g : free++));
}

function dealt(place: Uint8Array, { listSize, rng }: { listSize: number; rng: Rng }): Int32Array {
  const [good, bad] = [0, 1].map(kind => rng.shuffled([...place.keys()].filter(row => place[row] === kind)));
  const lists = Math.min(good.length, bad.length, Math.max(1, Math.round(place.length / listSize)));
  if (lists === 0)
    fail("fromLabels", `there are ${good.length} good and ${bad.length} bad responses`, "Give at least one of each.");
  const group = new Int32Array(place.length);
  for (const [i, row] of [...good, ...bad].entries())
    group[row] = i < good.length ? i % lists : (i - good.length) % lists;
  return group;
}
