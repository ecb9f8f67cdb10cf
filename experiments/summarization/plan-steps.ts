// Dry run of the summarization experiment: how much a guided run learns, samples and generates.

import type { SummaryPart } from "../../data/summaries";
import { fitDefaults } from "../../src/guidance/fit";
import { promptsPerDraw } from "../../src/preferences/rank-samples";
import { updatesPerEpoch } from "../../src/training/epochs";
import { relearningDefaults } from "../../src/training/reference-guidance";
import { relearnsAt } from "../../src/training/relearning";
import type { Quantity } from "../lib/plan";
import type { SummarizationSetting, SummarizationTraining } from "./settings";

/** Documents of each part, and items: a document has one for each aspect. */
export type Sizes = Record<SummaryPart, { documents: number; items: number }>;

/** An allowance for the tokens of a question and of the chat format around it. */
export const chatTokens = 40;

/** References that a run trains on: those of the documents that it draws. */
export function trainingItems(
  { train = Infinity }: SummarizationSetting["documents"],
  { train: { documents, items } }: Sizes,
): number {
  return Math.round((items * Math.min(train, documents)) / documents);
}

/** When guidance is learned, in epochs. */
export const relearningOf = (guidance: SummarizationTraining["guidance"]) => ({
  every: guidance?.every ?? relearningDefaults.every,
  from: guidance?.from ?? relearningDefaults.from,
  until: guidance?.until ?? relearningDefaults.until,
});

export function planSteps({ documents, training, samples, beams }: SummarizationSetting, sizes: Sizes): Quantity[] {
  const { objectives, epochs, batchSize, microBatchSize = batchSize, validateEvery, guidance } = training;
  const items = trainingItems(documents, sizes);
  const perEpoch = updatesPerEpoch(items, batchSize);
  const inUpdates = (epochs: number) => Math.round(epochs * perEpoch);
  const updates = inUpdates(epochs);
  const { every, from, until } = relearningOf(guidance);
  const relearning = { every: inUpdates(every), from: inUpdates(from), until: inUpdates(until) };
  const learnings = guidance ? [...Array(updates).keys()].filter(step => relearnsAt(step, relearning)).length : 0;
  const prompts = Math.min(guidance?.prompts ?? promptsPerDraw, items);
  const validations = Math.ceil(updates / Math.max(1, inUpdates(validateEvery)));
  const amounts = {
    "references to learn from": items,
    updates,
    "forward and backward passes": updates * Math.ceil(batchSize / microBatchSize),
    "times that guidance is learned": learnings,
    "steps of learning it, at most": learnings * (guidance?.learn.steps ?? fitDefaults.steps),
    "samples drawn for it": learnings * prompts * (guidance?.learn.listSize ?? fitDefaults.listSize),
    "samples drawn for updates": objectives.some(({ on }) => on === "samples") ? updates * batchSize : 0,
    "validation summaries": validations * sizes.valid.items,
    "test summaries": sizes.test.items * (1 + samples + Number(beams !== undefined)),
  };
  return Object.entries(amounts).map(([what, amount]) => ({ what, amount }));
}
