// Several annotators: how far they agree, and the preferences of their majority.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { anything, checkOptions, listOf, required } from "../core/options";
import { krippendorffAlpha } from "../metrics/krippendorff";
import { candidatesOf } from "./candidates";
import { shown } from "./conversations";
import { type JudgedPairs, judgedPairs, outcome } from "./judged-pairs";
import { type ListsTable, listsTable } from "./lists-table";

/** How far annotators of the same candidates agree: `annotatorAgreement`'s result. */
export interface AnnotatorAgreement {
  /**
   * Krippendorff's α of better, tied and worse over the pairs that several have judged. Each pair counts in both
   * directions, so that it does not matter which candidate is called the first.
   */
  alpha: number;
  /**
   * Columns annotator, lists, pairs (judged by others too), agreement (share of the others' judgements that are the
   * same).
   */
  annotators: aq.ColumnTable;
  /** Columns first, second, pairs (that both judged), agreement. */
  between: aq.ColumnTable;
}

/**
 * How far the annotators of a table of lists agree about the pairs of candidates that their lists imply.
 *
 * Errors: no column of annotators; rows that are not in the order of `ListsTable`.
 */
export function annotatorAgreement(lists: ListsTable): AnnotatorAgreement {
  needAnnotators("annotatorAgreement", lists);
  return agreementOf(judgedPairs("annotatorAgreement", lists, 32));
}

/** The agreement in judged pairs that have annotators. */
export function agreementOf(judged: JudgedPairs): AnnotatorAgreement {
  const { columns, better, order, starts } = judged;
  const annotators = judged.annotators!;
  const A = annotators.first.length;
  const counts: number[][] = [];
  const shared = new Map<number, { pairs: number; same: number }>();
  const own = Array.from({ length: A }, () => ({ pairs: 0, compared: 0, same: 0 }));
  for (let i = 0; i + 1 < starts.length; i++) {
    if (starts[i + 1] - starts[i] < 2) continue;
    const judgements = Array.from(order.subarray(starts[i], starts[i + 1]), pair => ({
      annotator: annotators.numbers[better[pair]],
      result: outcome(judged, pair),
    }));
    const unit = [-1, 0, 1].map(result => judgements.filter(own => own.result === result).length);
    if (judgements.some(({ annotator }) => annotator !== judgements[0].annotator))
      counts.push(unit, [...unit].reverse());
    for (const [first, a] of judgements.entries()) {
      if (judgements.some(b => b.annotator !== a.annotator)) own[a.annotator].pairs++;
      for (const b of judgements.slice(first + 1)) {
        if (a.annotator === b.annotator) continue;
        const same = a.result === b.result ? 1 : 0;
        const key = Math.min(a.annotator, b.annotator) * A + Math.max(a.annotator, b.annotator);
        const both = shared.get(key) ?? { pairs: 0, same: 0 };
        shared.set(key, { pairs: both.pairs + 1, same: both.same + same });
        for (const { annotator } of [a, b]) {
          own[annotator].compared++;
          own[annotator].same += same;
        }
      }
    }
  }
  const names = Array.from(annotators.first, row => columns.annotator![row]);
  const judgedLists = new Int32Array(A);
  for (let list = 0; list + 1 < columns.starts.length; list++) judgedLists[annotators.numbers[columns.starts[list]]]++;
  const pairs = [...shared].sort(([a], [b]) => a - b);
  return {
    alpha: krippendorffAlpha(counts),
    annotators: aq.table({
      annotator: names,
      lists: judgedLists,
      pairs: own.map(({ pairs }) => pairs),
      agreement: own.map(({ compared, same }) => same / compared),
    }),
    between: aq.table({
      first: pairs.map(([key]) => names[Math.floor(key / A)]),
      second: pairs.map(([key]) => names[key % A]),
      pairs: pairs.map(([, { pairs }]) => pairs),
      agreement: pairs.map(([, { pairs, same }]) => same / pairs),
    }),
  };
}

/** The lists of these annotators. Errors: no column of annotators; a name that none of them has. */
export function ofAnnotators(lists: ListsTable, names: readonly unknown[]): ListsTable {
  checkOptions("ofAnnotators", { names }, { names: required(listOf(anything)) });
  needAnnotators("ofAnnotators", lists);
  const known = new Set<unknown>(lists.array("annotator"));
  const strange = names.find(name => !known.has(name));
  if (strange !== undefined)
    fail("ofAnnotators", `there is no annotator ${shown(strange)}`, `There are ${[...known].join(", ")}.`);
  const wanted = new Set(names);
  return lists.filter(aq.escape((row: { annotator: unknown }) => wanted.has(row.annotator))).reify();
}

function needAnnotators(where: string, lists: ListsTable): void {
  if (!lists.column("annotator"))
    fail(where, 'the lists have no column "annotator"', "Name it when the lists are made.");
}

/**
 * The joint preferences of the annotators of the same candidates, one list for each set of candidates: ordered by the
 * share of the others that a candidate beats, a tie counting half, mean over the annotators (Borda's count). Of two
 * candidates, the better one is thus the majority's, and 1 : 1 is a tie. The share is the score.
 *
 * Errors: rows that are not in the order of `ListsTable`.
 */
export function majorityLists(lists: ListsTable): ListsTable {
  const { columns, candidates } = candidatesOf("majorityLists", lists);
  const { starts, rank, prompt, response } = columns;
  const sets = new Map<string, Map<number, { row: number; sum: number; lists: number }>>();
  for (let list = 0; list + 1 < starts.length; list++) {
    const all = Array.from({ length: starts[list + 1] - starts[list] }, (_, i) => starts[list] + i);
    // A candidate that a list holds twice counts once, at its better rank.
    const rows = all.filter(
      (row, i) => all.findIndex(own => candidates.numbers[own] === candidates.numbers[row]) === i,
    );
    const key = rows
      .map(row => candidates.numbers[row])
      .sort((a, b) => a - b)
      .join();
    const shares = sets.get(key) ?? new Map<number, { row: number; sum: number; lists: number }>();
    sets.set(key, shares);
    for (const row of rows) {
      const tied = rows.filter(other => rank[other] === rank[row]).length - 1;
      const beaten = rows.filter(other => rank[other] > rank[row]).length;
      const share = shares.get(candidates.numbers[row]) ?? { row, sum: 0, lists: 0 };
      shares.set(candidates.numbers[row], share);
      share.sum += 2 * beaten + tied; // whole numbers, so that equal shares stay equal
      share.lists++;
    }
  }
  const rows = [...sets.values()].flatMap((shares, group) =>
    [...shares.values()].map(({ row, sum, lists }) => ({ group, row, share: sum / (2 * lists * (shares.size - 1)) })),
  );
  return listsTable("majorityLists", {
    group: Int32Array.from(rows, ({ group }) => group),
    order: rows.map(({ share }) => -share),
    prompt: rows.map(({ row }) => prompt[row]),
    response: rows.map(({ row }) => response[row]),
    score: rows.map(({ share }) => share),
  });
}
