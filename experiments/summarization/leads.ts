// The summarization experiment: summaries without an LM, sentences of the document by their place.

import { leadSentences } from "../../src/evaluation/lead";
import type { WrittenSummary } from "./run";
import type { SummarizationTask } from "./task";

/** The places of the sentences that make a summary of an aspect. */
const places = {
  lead: () => [0],
  /** Where papers of computational linguistics speak of it: the problem first, then the approach, the outcome at the end. */
  "positional lead": (aspect?: string) => (aspect === "approach" ? [1] : aspect === "outcome" ? [-1] : [0]),
};

export const leadNames = Object.keys(places) as (keyof typeof places)[];

/** The test items' summaries of that kind. */
export function leadSummaries(task: SummarizationTask, name: keyof typeof places): WrittenSummary[] {
  const texts = task.test.map(({ text, aspect }) => leadSentences(text, places[name](aspect)));
  const scores = task.scores(task.test, texts);
  return task.test.map(({ id, document }, n) => ({
    ...{ id, document, decoding: "greedy", texts: [texts[n]], scores: scores[n] },
  }));
}
