// An audit of preferences before learning from them.

import * as aq from "arquero";
import { type Checks, callback, checkOptions, integer } from "../core/options";
import { type AnnotatorAgreement, agreementOf } from "./annotators";
import { cyclesOf } from "./cycles";
import { type JudgedPairs, judgedPairs } from "./judged-pairs";
import { type LengthBias, lengthBias } from "./length-bias";
import type { ListsTable, Message, Sequence } from "./lists-table";
import { marginHistogram } from "./margins";
import { type Repetitions, repetitions } from "./repetitions";

export interface AuditOptions {
  /** Default: characters of a text, characters of all messages of a conversation, or token ids. */
  length?: (response: Sequence) => number;
  /** Bins of the histogram of margins. Default 20. */
  bins?: number;
  /** Of longer lists, that many candidates are compared, at even distances in rank. Default 32. */
  largest?: number;
}

const auditChecks: Checks<AuditOptions> = { length: callback, bins: integer(1), largest: integer(2) };

/** Counts are of pairs, K (K − 1) / 2 in a list of K, unless they say otherwise. */
export interface PreferenceAudit {
  lists: number;
  /** Distinct prompts, and distinct responses to them. */
  prompts: number;
  candidates: number;
  /** Columns size, lists. */
  sizes: aq.ColumnTable;
  pairs: number;
  /** Neither is better. */
  ties: number;
  /** The two are the same. */
  identical: number;
  /** The better one has the lower score, where the lists have scores. */
  contradictedByScores: number;
  length: LengthBias;
  repetitions: Repetitions;
  /** Prompts, and their candidates, whose majority order has a cycle; columns prompt, candidates, one row a cycle. */
  cycles: { prompts: number; candidates: number; table: aq.ColumnTable };
  /** Of each candidate over the next in its list, given or as the difference of scores; columns from, to, count. */
  margins: { known: number; missing: number; mean: number; histogram: aq.ColumnTable };
  /** Where the lists name their annotators. */
  agreement?: AnnotatorAgreement;
  /** Lists of which only `largest` candidates were compared. */
  thinned: number;
}

/**
 * Audits a table of lists: ties, length bias, repetitions and contradictions, cycles, margins, and the annotators'
 * agreement. Linear in the pairs; a million takes seconds.
 *
 * Errors: an option out of its range; rows that are not in the order of `ListsTable`.
 */
export function audit(lists: ListsTable, options: AuditOptions = {}): PreferenceAudit {
  checkOptions("audit", options, auditChecks);
  const { length = lengthOf, bins = 20, largest = 32 } = options;
  const judged = judgedPairs("audit", lists, largest);
  const { columns, prompts, candidates, tied, better, worse, order, thinned } = judged;
  return {
    lists: columns.starts.length - 1,
    prompts: prompts.first.length,
    candidates: candidates.first.length,
    sizes: sizes(judged),
    pairs: better.length,
    ties: tied.reduce((sum, one) => sum + one, 0),
    identical: better.length - order.length,
    contradictedByScores: contradictions(judged),
    length: lengthBias({ better, worse, tied }, Float64Array.from(columns.response as ArrayLike<Sequence>, length)),
    repetitions: repetitions(judged),
    cycles: cyclesOf(judged),
    margins: marginHistogram(columns, bins),
    ...(judged.annotators && { agreement: agreementOf(judged) }),
    thinned,
  };
}

function contradictions({ columns: { score }, better, worse, tied }: JudgedPairs): number {
  if (!score) return 0;
  let count = 0;
  for (let pair = 0; pair < better.length; pair++) if (!tied[pair] && score[better[pair]] < score[worse[pair]]) count++;
  return count;
}

function lengthOf(response: Sequence): number {
  if (typeof response === "string" || typeof response[0] === "number") return response.length;
  return (response as readonly Message[]).reduce(
    (sum, { content, tool_calls: calls }) => sum + content.length + (calls ? JSON.stringify(calls).length : 0),
    0,
  );
}

function sizes({ columns: { starts } }: JudgedPairs): aq.ColumnTable {
  const counts = new Map<number, number>();
  for (let list = 0; list + 1 < starts.length; list++) {
    const size = starts[list + 1] - starts[list];
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  const rows = [...counts].sort(([a], [b]) => a - b);
  return aq.table({ size: rows.map(([size]) => size), lists: rows.map(([, count]) => count) });
}
