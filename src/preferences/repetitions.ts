import * as aq from "arquero";
import { type JudgedPairs, outcome } from "./judged-pairs";

/** Candidates that were compared more than once. */
export interface Repetitions {
  /** Comparisons beyond the first that say the same, by the same annotator. */
  duplicates: number;
  /** Pairs of candidates of which each has won at least once. */
  contradictions: number;
  /** Those of them where one annotator says both. */
  selfContradictions: number;
  /** The contradictions: columns prompt, first, second, firstWins, secondWins, ties. */
  contradicted: aq.ColumnTable;
}

/** Finds repeated and contradicting comparisons. Without annotators, all count as one annotator's. */
export function repetitions(judged: JudgedPairs): Repetitions {
  const { columns, candidates, annotators, better, order, starts } = judged;
  const contradicted: { first: number; second: number; outcomes: number[] }[] = [];
  let [duplicates, selfContradictions] = [0, 0];
  for (let i = 0; i + 1 < starts.length; i++) {
    if (starts[i + 1] - starts[i] < 2) continue;
    const outcomes = [0, 0, 0]; // how often: second wins, tie, first wins
    const byAnnotator = new Map<number, number[]>();
    for (const pair of order.subarray(starts[i], starts[i + 1])) {
      const result = outcome(judged, pair) + 1;
      const annotator = annotators ? annotators.numbers[better[pair]] : 0;
      const own = byAnnotator.get(annotator) ?? [0, 0, 0];
      byAnnotator.set(annotator, own);
      outcomes[result]++;
      if (own[result]++ > 0) duplicates++;
    }
    if (outcomes[0] === 0 || outcomes[2] === 0) continue;
    if ([...byAnnotator.values()].some(own => own[0] > 0 && own[2] > 0)) selfContradictions++;
    const [a, b] = [better, judged.worse].map(rows => candidates.numbers[rows[order[starts[i]]]]);
    contradicted.push({ first: Math.min(a, b), second: Math.max(a, b), outcomes });
  }
  const response = (number: number) => columns.response[candidates.first[number]];
  return {
    duplicates,
    contradictions: contradicted.length,
    selfContradictions,
    contradicted: aq.table({
      prompt: contradicted.map(({ first }) => columns.prompt[candidates.first[first]]),
      first: contradicted.map(({ first }) => response(first)),
      second: contradicted.map(({ second }) => response(second)),
      firstWins: contradicted.map(({ outcomes }) => outcomes[2]),
      secondWins: contradicted.map(({ outcomes }) => outcomes[0]),
      ties: contradicted.map(({ outcomes }) => outcomes[1]),
    }),
  };
}
