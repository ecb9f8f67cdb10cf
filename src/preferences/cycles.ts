import * as aq from "arquero";
import { type JudgedPairs, outcome } from "./judged-pairs";
import { graphOf, strongComponents } from "./strong-components";

/**
 * Cycles in the preferences of the majority: A over B, B over C, C over A. No order of the candidates fits them. An
 * edge goes from each candidate to those that it beats more often than it loses to; candidates that reach each other
 * form a cycle.
 */
export function cyclesOf(judged: JudgedPairs): { prompts: number; candidates: number; table: aq.ColumnTable } {
  const { columns, prompts, candidates, better, worse, order, starts } = judged;
  const from: number[] = [];
  const to: number[] = [];
  for (let pair = 0; pair + 1 < starts.length; pair++) {
    let balance = 0;
    for (let i = starts[pair]; i < starts[pair + 1]; i++) balance += outcome(judged, order[i]);
    if (balance === 0) continue;
    const [a, b] = [better, worse].map(rows => candidates.numbers[rows[order[starts[pair]]]]);
    from.push(balance > 0 ? Math.min(a, b) : Math.max(a, b));
    to.push(balance > 0 ? Math.max(a, b) : Math.min(a, b));
  }
  const cycles = strongComponents(graphOf(candidates.first.length, from, to));
  const rows = cycles.map(([member]) => candidates.first[member]);
  return {
    prompts: new Set(rows.map(row => prompts.numbers[row])).size,
    candidates: cycles.reduce((sum, cycle) => sum + cycle.length, 0),
    table: aq.table({ prompt: rows.map(row => columns.prompt[row]), candidates: cycles.map(cycle => cycle.length) }),
  };
}
