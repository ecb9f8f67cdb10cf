// The summarization experiment: lead baselines, summaries that take sentences of the document by position.

import { fail } from "../../src/core/errors";
import { leadSentences } from "../../src/evaluation/lead";
import type { WrittenSummary } from "./run";
import type { SummarizationTask } from "./task";

/** Positions of the sentences that make the summary of an aspect; −1 is the last. */
const positions = {
  lead: () => [0],
  /** Abstracts in computational linguistics state the problem first, then the approach, and the outcome at the end. */
  "positional lead": (aspect?: string) => (aspect === "approach" ? [1] : aspect === "outcome" ? [-1] : [0]),
};

/** The lead baselines: "lead" and "positional lead". */
export const leadNames = Object.keys(positions) as (keyof typeof positions)[];

/** Summaries of the test items by a lead baseline, with their scores. Errors: a name that is not in `leadNames`. */
export function leadSummaries(task: SummarizationTask, name: keyof typeof positions): WrittenSummary[] {
  if (!leadNames.includes(name))
    fail("leadSummaries", `there is no lead baseline "${name}"`, `Use ${leadNames.join(", ")}.`);
  const texts = task.test.map(({ text, aspect }) => leadSentences(text, positions[name](aspect)));
  const scores = task.scores(task.test, texts);
  return task.test.map(({ id, document }, n) => ({
    id,
    document,
    decoding: "greedy",
    texts: [texts[n]],
    scores: scores[n],
  }));
}
