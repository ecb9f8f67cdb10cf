// The summarization experiment: its task. Documents and LM of a setting, loaded once for all runs.

import * as tf from "@tensorflow/tfjs-core";
import type { ColumnTable } from "arquero";
import { loadSummaries, type Summaries, type SummaryPart } from "../../data/summaries";
import { fail } from "../../src/core/errors";
import { anything, type Checks, callback, checkOptions } from "../../src/core/options";
import type { Rng } from "../../src/core/random";
import { type SummaryScores, scoreSummaries } from "../../src/evaluation/summaries";
import { loadWordNet } from "../../src/metrics/wordnet";
import type { Example, ResponsePolicy } from "../../src/policies/response-policy";
import { meteorScore, type SampledText } from "../../src/preferences/meteor-score";
import type { Score } from "../../src/preferences/score";
import { prepareSummaries } from "../../src/tables/summaries";
import { withEndToken } from "../../src/text/instructed";
import type { Tokenizer } from "../../src/text/tokenizer";
import { checkSummarizationSetting } from "./check-setting";
import { loadSummarizer, type Summarizer } from "./lm";
import type { SummarizationSetting } from "./settings";

/** A document to summarize, as a prompt, and its reference summary, as the response to learn. */
export interface SummarizationItem extends Example {
  id: string;
  /** The id of its document: items of the same document stay in one part. */
  document: string;
  aspect?: string;
  text: string;
  summary: string;
}

/** Documents, the policy that summarizes them, and the scores of its summaries. Dispose after use. */
export interface SummarizationTask {
  setting: SummarizationSetting;
  tokenizer: Tokenizer;
  endTokens: readonly number[];
  policy: ResponsePolicy;
  variables: readonly tf.Variable[];
  valid: SummarizationItem[];
  test: SummarizationItem[];
  /** The items of documents drawn from the training part, as many as the setting says. */
  train(rng: Rng): SummarizationItem[];
  /** Scores of a summary for each item; METEOR with WordNet's synonyms. */
  scores(items: readonly SummarizationItem[], summaries: readonly string[]): SummaryScores[];
  /** The score that ranks samples: METEOR against the items' references. */
  preference(items: readonly SummarizationItem[]): Score<SampledText>;
  /** The policy as it is now, frozen, as a reference for KL. Dispose after use. */
  frozen: Summarizer["frozen"];
  /** Resets the policy to its initial weights. */
  restart(): void;
  dispose(): void;
}

export interface SummarizationTaskOptions {
  /** Documents that replace the setting's. */
  data?: Summaries;
  /** Counts tensors of the LM ("loading") and prompts computed ("reading"). */
  onProgress?: (what: "loading" | "reading", done: number, total: number) => void;
}

const taskChecks: Checks<SummarizationTaskOptions> = { data: anything, onProgress: callback };

/**
 * Loads documents and LM; if only upper layers train, prompts are computed here. Dispose after use. Longer documents
 * are cut to `documentTokens`, longer summaries to `summaryTokens`, end token included. Text in any script is learned
 * from.
 *
 * Errors: those of `checkOptions` for setting and options, of `loadSummaries`, `loadSummarizer` and
 * `precomputePrompts`; in `data` an empty text, or an id with two texts; fewer documents than the setting asks for; a
 * part without items.
 */
export async function summarizationTask(
  setting: SummarizationSetting,
  options: SummarizationTaskOptions = {},
): Promise<SummarizationTask> {
  checkSummarizationSetting("summarizationTask", setting);
  checkOptions("summarizationTask", options, taskChecks);
  const { data, onProgress } = options;
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
      return rows.map(({ id, document: text, summary, paper, aspect }): SummarizationItem => {
        const { ids: response } = withEndToken(tokenizer, summary, {
          maxTokens: setting.summaryTokens,
          endToken: endTokens[0],
        });
        return {
          id,
          document: paper ?? text,
          aspect,
          text,
          summary,
          response,
          // Encoded on demand: the tokens of all articles of a large data set take more memory than their texts.
          get prompt() {
            return summarizer.prompt(text, aspect);
          },
        };
      });
    };
    const items = { train: part("train", pool), valid: part("valid", valid), test: part("test", test) };
    function* contexts() {
      for (const part of [items.valid, items.test, items.train]) for (const { prompt } of part) yield prompt;
    }
    const policy = await summarizer.policy(contexts(), (done, total) => onProgress?.("reading", done, total));
    const referencesOf = (items: readonly SummarizationItem[]) => items.map(({ summary }) => summary);
    return {
      setting,
      tokenizer,
      endTokens,
      policy,
      variables,
      frozen: summarizer.frozen,
      dispose,
      valid: items.valid,
      test: items.test,
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

/** The tables, cleaned by `prepareSummaries`. */
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

/** The rows of the first `most` documents. */
function firstDocuments(table: ColumnTable, most: number, where: string): SummaryRow[] {
  const rows = table.objects() as SummaryRow[];
  const documents = [...new Set(rows.map(({ paper, document }) => paper ?? document))];
  if (documents.length === 0 || (most !== Infinity && documents.length < most))
    fail(where, `it has ${documents.length} documents with summaries, not ${most}`, "Ask for fewer in the setting.");
  const first = new Set(documents.slice(0, most));
  return rows.filter(({ paper, document }) => first.has(paper ?? document));
}
