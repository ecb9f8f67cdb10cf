// The summarization experiment: its task, made of a setting: documents, and an LM that has read them once for all runs.

import * as tf from "@tensorflow/tfjs-core";
import type { ColumnTable } from "arquero";
import { loadSummaries, type Summaries, type SummaryPart } from "../../data/summaries";
import { fail } from "../../src/core/errors";
import type { Rng } from "../../src/core/random";
import { type SummaryScores, scoreSummaries } from "../../src/evaluation/summaries";
import { loadWordNet } from "../../src/metrics/wordnet";
import type { Example, ResponsePolicy } from "../../src/policies/response-policy";
import { meteorScore } from "../../src/preferences/meteor-score";
import type { Score } from "../../src/preferences/score";
import { prepareSummaries } from "../../src/tables/summaries";
import { withEndToken } from "../../src/text/instructed";
import type { Tokenizer } from "../../src/text/tokenizer";
import type { Rated } from "../../src/training/sample-guidance";
import { loadSummarizer } from "./lm";
import type { SummarizationSetting } from "./settings";

/** A document to summarize, and its reference as an answer to learn from. */
export interface SummaryItem extends Example {
  id: string;
  /** Which document it is of: items of one belong together. */
  document: string;
  aspect?: string;
  text: string;
  summary: string;
}

export interface SummarizationTask {
  setting: SummarizationSetting;
  tokenizer: Tokenizer;
  endTokens: readonly number[];
  policy: ResponsePolicy;
  variables: readonly tf.Variable[];
  valid: SummaryItem[];
  test: SummaryItem[];
  /** So many documents of the training part as the setting says, drawn. */
  train(rng: Rng): SummaryItem[];
  /** Scores of summaries of these items, METEOR with WordNet's synonyms. */
  scores(items: readonly SummaryItem[], summaries: readonly string[]): SummaryScores[];
  /** The preference of samples: METEOR against the items' references. */
  preference(items: readonly SummaryItem[]): Score<Rated>;
  /** Makes the policy untrained again. */
  restart(): void;
  dispose(): void;
}

export interface SummarizationTaskOptions {
  /** Other documents, in the place of the setting's. */
  data?: Summaries;
  onProgress?: (what: "loading" | "reading", done: number, total: number) => void;
}

/**
 * Loads documents and LM; an LM whose upper layers train reads the documents. Dispose after use.
 * Of a document too long the first tokens are read. A summary too long is cut and ends there. Text that is not in Latin letters is learned from all the same.
 * Errors: those of `loadSummaries`, `loadSummarizer` and `precomputePrompts`; in `data` an empty text, or an id with two texts; fewer documents than the setting asks for; no item in a part.
 */
export async function summarizationTask(
  setting: SummarizationSetting,
  { data, onProgress }: SummarizationTaskOptions = {},
): Promise<SummarizationTask> {
  const tables = data ? checked(data) : await loadSummaries(setting.data, setting.loading);
  const synonyms = loadWordNet();
  const summarizer = await loadSummarizer(setting, {
    onProgress: (done, total) => onProgress?.("loading", done, total),
  });
  const { tokenizer, endTokens, variables } = summarizer;
  const initial = variables.map(variable => tf.clone(variable));
  const dispose = () => {
    tf.dispose(initial);
    summarizer.dispose();
  };
  try {
    const { train = Infinity, pool = train, valid, test } = setting.documents;
    const part = (name: SummaryPart, documents = Infinity) => {
      const rows = firstDocuments(tables[name], documents, `the part "${name}"`);
      return rows.map(({ id, document: text, summary, paper, aspect }): SummaryItem => {
        const { ids: response } = withEndToken(tokenizer, summary, { most: setting.summaryTokens, end: endTokens[0] });
        return {
          ...{ id, document: paper ?? text, aspect, text, summary, response },
          // Made when it is asked for: the tokens of all articles of a large set take more memory than their texts.
          get prompt() {
            return summarizer.context(text, aspect);
          },
        };
      });
    };
    const items = { train: part("train", pool), valid: part("valid", valid), test: part("test", test) };
    function* contexts() {
      for (const part of [items.valid, items.test, items.train]) for (const { prompt } of part) yield prompt;
    }
    const policy = await summarizer.policy(contexts(), (done, total) => onProgress?.("reading", done, total));
    const referencesOf = (items: readonly SummaryItem[]) => items.map(({ summary }) => summary);
    return {
      ...{ setting, tokenizer, endTokens, policy, variables, dispose },
      ...{ valid: items.valid, test: items.test },
      train(rng) {
        const drawn = new Set(rng.shuffled(new Set(items.train.map(({ document }) => document))).slice(0, train));
        return items.train.filter(({ document }) => drawn.has(document));
      },
      scores: (items, summaries) => scoreSummaries(summaries, referencesOf(items), { synonyms }),
      preference: items => meteorScore(referencesOf(items), { synonyms }),
      restart() {
        for (const [i, variable] of variables.entries()) tf.tidy(() => variable.assign(tf.clone(initial[i])));
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The tables as `prepareSummaries` makes them. */
function checked({ train, valid, test, reports }: Summaries): Summaries {
  const rows = (table: ColumnTable) => prepareSummaries(table, { empty: "fail" }).rows;
  return { train: rows(train), valid: rows(valid), test: rows(test), reports };
}

interface SummaryRow {
  id: string;
  document: string;
  summary: string;
  paper?: string;
  aspect?: string;
}

/** The rows of the first so many documents. */
function firstDocuments(table: ColumnTable, most: number, where: string): SummaryRow[] {
  const rows = table.objects() as SummaryRow[];
  const documents = [...new Set(rows.map(({ paper, document }) => paper ?? document))];
  if (documents.length === 0 || (most !== Infinity && documents.length < most))
    fail(where, `it has ${documents.length} documents with summaries, not ${most}`, "Ask for fewer in the setting.");
  const first = new Set(documents.slice(0, most));
  return rows.filter(({ paper, document }) => first.has(paper ?? document));
}
