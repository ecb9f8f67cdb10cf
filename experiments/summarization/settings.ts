// The summarization experiment: its settings. Every number's source: docs/paper-index.md.

import type { LoadSummariesOptions, SummaryPart } from "../../data/summaries";
import { fail } from "../../src/core/errors";
import { meanTokens } from "../../src/guidance/aggregate";
import type { LowRankOptions } from "../../src/models/low-rank";
import { weightedMle } from "../../src/objectives/weighted-mle";
import type { GuidanceFromSamples } from "../../src/training/sample-guidance";
import type { ReferenceTraining } from "../../src/training/with-references";

/** What a run trains by, beside policy, references and rng. */
export interface SummaryTraining
  extends Pick<
    ReferenceTraining,
    "objectives" | "epochs" | "batchSize" | "microBatchSize" | "learningRate" | "weightDecay"
  > {
  /** Without it every token is paid 1. Samples are as long as summaries may be. */
  guidance?: Pick<GuidanceFromSamples, "learn" | "prompts" | "every" | "from" | "until" | "transform"> & {
    /** Samples are preferred by what their METEOR says beyond their length. Default false. */
    lengthControlled?: boolean;
  };
  /** Epochs between validations. */
  validateEvery: number;
  /** The policy that is best on the validation items, or the last one. Default "best". */
  keep?: "best" | "last";
}

/**
 * What trainable: all parameters; layers from `fromLayer` on with the norm behind them, the decoder's of an encoder–decoder; or low-rank updates, in all layers or in those.
 * Of a decoder-only LM whose layers train from 1 or more on, contexts are read once, and the guidance sees the states that go into the first of them;
 * else contexts are read in every pass, and it sees the last states of the LM as it was.
 */
export type Trainable =
  | "all"
  | { fromLayer: number }
  | { lowRank: Omit<LowRankOptions, "rng" | "targets">; fromLayer?: number };

export interface SummarizationLm {
  /** What `loadCausalLm` or `loadSeq2Seq` loads. Its configuration tells which of them. */
  model: string;
  trainable: Trainable;
  /** What a decoder-only LM is asked about a document, behind or before it: one question, or one for each aspect. */
  question?: string | Record<string, string>;
  /** Default "behind". */
  place?: "before" | "behind";
  /** What stands before a document that an encoder–decoder LM reads. Default "summarize: ". */
  prefix?: string;
}

export interface SummarizationSetting {
  lm: SummarizationLm;
  /** What `loadSummaries` loads, and how. */
  data: string | Record<SummaryPart, string>;
  loading?: LoadSummariesOptions;
  /** Documents of each part; a run draws `train` of the `pool`. Default of each: all; of the pool: those of `train`. */
  documents: { pool?: number; train?: number; valid?: number; test?: number };
  /** The most tokens of a document, and of a summary with its end token. */
  documentTokens: number;
  summaryTokens: number;
  training: SummaryTraining;
  /** Summaries sampled for each test document; their scores are averaged. */
  samples: number;
  /** Beams of a beam search on the test. Default: none is made. */
  beams?: number;
}

const chat: SummarizationLm = {
  model: "smollm2-135m",
  trainable: { fromLayer: 24 },
  question: {
    challenge: "In one sentence, what challenge or problem does this paper address?",
    approach: "In one sentence, what approach or method does this paper propose?",
    outcome: "In one sentence, what outcome or result does this paper report?",
  },
};

const quick: SummarizationSetting = {
  lm: chat,
  data: "aclsum",
  loading: { sections: ["abstract"] },
  documents: { train: 24, valid: 10, test: 20 },
  documentTokens: 240,
  summaryTokens: 48,
  training: {
    objectives: [weightedMle()],
    guidance: {
      learn: { aggregate: meanTokens(), listSize: 3, listsPerStep: 48, steps: 60, every: 10, inputNoise: 1 },
      ...{ from: 1, every: 1, until: 2 },
    },
    epochs: 3,
    batchSize: 8,
    learningRate: 3e-4,
    validateEvery: 1,
    keep: "last", // among few documents, which epoch is best is a draw that hides what weights change
  },
  samples: 1,
};

/** What `npm run summaries` repeats with seeds: each draws its own documents to train on. */
const comparison: SummarizationSetting = {
  ...quick,
  documents: { pool: 50, train: 33, valid: 12, test: 30 },
};

/** All documents, and the guidance learned a second time. */
const standard: SummarizationSetting = {
  ...quick,
  documents: { train: 99, valid: 49, test: 99 },
  training: {
    ...quick.training,
    guidance: { ...quick.training.guidance!, until: 3 },
    epochs: 4,
    learningRate: 2e-4,
    keep: "best",
  },
  samples: 3,
};

/** The paper's, on CNN/DM; meant for a GPU. */
const paper: SummarizationSetting = {
  lm: { model: "google-t5/t5-base", trainable: "all" },
  data: "cnn-dailymail",
  documents: {},
  documentTokens: 1024,
  summaryTokens: 128,
  training: {
    objectives: [weightedMle()],
    guidance: {
      learn: {
        ...{
          aggregate: meanTokens(),
          listSize: 3,
          listsPerStep: 32,
          steps: 900,
          hidden: 2048,
          inputNoise: 0,
          every: 90,
        },
        ...{ learningRate: 5e-5, weightDecay: 0, plateau: {}, patience: 7 },
      },
      prompts: 1000,
      every: 0.5,
      until: 2,
    },
    epochs: 5,
    batchSize: 32,
    microBatchSize: 8,
    learningRate: 5e-5,
    validateEvery: 1,
  },
  samples: 1,
  beams: 5,
};

/** Seconds, for tests and tutorials: the toy LM of the repository, which cannot summarize. */
const toy: SummarizationSetting = {
  ...quick,
  lm: { model: "tiny-lm", trainable: { fromLayer: 2 }, question: " In short:" },
  documents: { train: 4, valid: 2, test: 3 },
  documentTokens: 40,
  summaryTokens: 12,
  training: { ...quick.training, epochs: 2 },
};

export const summarizationSettings = { toy, quick, comparison, standard, paper };

/** A setting by its name. Errors: another name. */
export function summarizationSetting(name: string): SummarizationSetting {
  if (!Object.hasOwn(summarizationSettings, name))
    fail(
      "summarizationSetting",
      `there is no setting "${name}"`,
      `Use ${Object.keys(summarizationSettings).join(", ")}.`,
    );
  return summarizationSettings[name as keyof typeof summarizationSettings];
}
