import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, fields, integer, randomness, required, text } from "../core/options";
import type { Rng } from "../core/random";
import {
  type CandidateColumns,
  type CandidateRows,
  candidateChecks,
  candidateRows,
  spreadCandidates,
} from "./candidate-rows";
import { type ListsTable, listsTable } from "./lists-table";
import { needColumn, truth } from "./named-columns";

export interface LabelColumns extends CandidateColumns {
  /** True or 1 where the response is good, false or 0 where it is bad. Default "label" or "labels". */
  label?: string;
  /**
   * Compares responses to different prompts: good and bad ones are distributed at random over lists of about `listSize`
   * with at least one of each. Default: only responses to the same prompt are compared.
   */
  across?: { listSize: number; rng: Rng };
}

const labelChecks: Checks<LabelColumns> = {
  ...candidateChecks,
  label: text,
  across: fields({ listSize: required(integer(2)), rng: required(randomness) }),
};

export const usualLabels = ["label", "labels"];

/**
 * Lists from unpaired labels: good responses are equally good and better than bad ones, which are equally bad. Without
 * `across`, a prompt with only good or only bad responses gives no list.
 *
 * Errors: an option that does not exist; no such column; a value that is not a label; nothing to compare.
 */
export function fromLabels(given: ColumnTable, options: LabelColumns = {}): ListsTable {
  checkOptions("fromLabels", options, labelChecks);
  const [table, columns] = spreadCandidates(given, options);
  const name = needColumn("fromLabels", table, "label", columns.label, usualLabels);
  const { judgement, ...rows } = candidateRows("fromLabels", table, columns, name);
  const order = Uint8Array.from(judgement as ArrayLike<unknown>, (label, i) =>
    truth("fromLabels", label, `${name} of response ${i}`) ? 0 : 1,
  );
  const group = columns.across ? distributed(order, columns.across) : withBoth(rows, order);
  return listsTable("fromLabels", { ...rows, group, order });
}

/** Groups with only good or only bad rows are split into groups of one row, which give no lists. */
function withBoth({ group }: Omit<CandidateRows, "judgement">, order: Uint8Array): Int32Array {
  const kinds = new Uint8Array(group.reduce((most, g) => Math.max(most, g), -1) + 1);
  for (const [row, g] of group.entries()) kinds[g] |= 1 << order[row];
  if (!kinds.includes(3))
    fail(
      "fromLabels",
      "no prompt has both a good and a bad response",
      "Set `across` to compare the responses to different prompts.",
    );
  let free = kinds.length;
  return group.map(g => (kinds[g] === 3 ? g : free++));
}

function distributed(order: Uint8Array, { listSize, rng }: { listSize: number; rng: Rng }): Int32Array {
  const [good, bad] = [0, 1].map(kind => rng.shuffled([...order.keys()].filter(row => order[row] === kind)));
  const lists = Math.min(good.length, bad.length, Math.max(1, Math.round(order.length / listSize)));
  if (lists === 0)
    fail("fromLabels", `there are ${good.length} good and ${bad.length} bad responses`, "Give at least one of each.");
  const group = new Int32Array(order.length);
  for (const [i, row] of [...good, ...bad].entries())
    group[row] = i < good.length ? i % lists : (i - good.length) % lists;
  return group;
}
