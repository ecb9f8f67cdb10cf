import * as aq from "arquero";
import { type JudgedPairs, outcome } from "./judged-pairs";

/** Candidates that were compared more than once. */
export interface Repetitions {
  /** Comparisons beyond the first that say the same, by the same annotator. */
  duplicates: number;
  /** Twos of which each has won at least once. */
  contradictions: number;
  /** Those of them where one annotator says both. */
  selfContradictions: number;
  /** The contradictions: columns prompt, first, second, firstWins, secondWins, ties. */
  contradicted: aq.ColumnTable;
}

/** Finds repeated and contradicting comparisons. Without annotators, all are taken for one's. */
export function repetitions(judged: JudgedPairs): Repetitions {
  const { columns, candidates, annotators, better, order, starts } = judged;
  const contradicted: { first: number; second: number; said: number[] }[] = [];
  let [duplicates, selfContradictions] = [0, 0];
  for (let two = 0; two + 1 < starts.length; two++) {
    if (starts[two + 1] - starts[two] < 2) continue;
    const said = [0, 0, 0]; // how often: second wins, tie, first wins
    const byAnnotator = new Map<number, number[]>();
    for (const pair of order.subarray(starts[two], starts[two + 1])) {
      const what = outcome(judged, pair) + 1;
      const who = annotators ? annotators.numbers[better[pair]] : 0;
      const own = byAnnotator.get(who) ?? [0, 0, 0];
      byAnnotator.set(who, own);
      said[what]++;
      if (own[what]++ > 0) duplicates++;
    }
    if (said[0] === 0 || said[2] === 0) continue;
    if ([...byAnnotator.values()].some(own => own[0] > 0 && own[2] > 0)) selfContradictions++;
    const [a, b] = [better, judged.worse].map(rows => candidates.numbers[rows[order[starts[two]]]]);
    contradicted.push({ first: Math.min(a, b), second: Math.max(a, b), said });
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
      firstWins: contradicted.map(({ said }) => said[2]),
      secondWins: contradicted.map(({ said }) => said[0]),
      ties: contradicted.map(({ said }) => said[1]),
    }),
  };
}
