// The summarization experiment: its settings. The source of every number is in docs/paper-index.md.

import type { LoadSummariesOptions, SummaryPart } from "../../data/summaries";
import { fail } from "../../src/core/errors";
import type { Credit } from "../../src/credit/credit";
import { meanTokens } from "../../src/guidance/aggregate";
import type { LowRankOptions } from "../../src/models/low-rank";
import { weightedMle } from "../../src/objectives/weighted-mle";
import type { GuidanceTraining } from "../../src/training/reference-guidance";
import type { SampleGuidanceTraining } from "../../src/training/samples/guidance";
import type { SampleTraining } from "../../src/training/samples/with-samples";
import type { ReferenceTraining } from "../../src/training/with-references";

/** Options of training, without policy, references and rng. */
export interface SummarizationTraining
  extends Pick<
    ReferenceTraining,
    "objectives" | "epochs" | "batchSize" | "microBatchSize" | "learningRate" | "weightDecay"
  > {
  /** Default: none, so every token's reward is 1. Samples may be `summaryTokens` long. */
  guidance?: Pick<GuidanceTraining, "learn" | "every" | "from" | "until" | "transform"> & {
    /** Prompts that samples are drawn for each time. Default: all, but at most 1000. */
    prompts?: number;
    /**
     * Whether samples are ranked by length-controlled METEOR: what length alone predicts is taken out. Default false.
     */
    lengthControlled?: boolean;
    /**
     * Weights of a reference's tokens are 1 + strength · (w − 1), w being those of the rewards with mean 1: 0 is plain
     * likelihood, 1 (the default) the rewards themselves.
     */
    strength?: number;
  };
  /**
   * What a token of a sample is worth in training on samples, which then follows that on references. Default: no such
   * training.
   */
  credit?: Credit;
  /** Training on samples, where there is a credit. */
  onSamples?: OnSamples;
  /** Epochs between validations. */
  validateEvery: number;
  /** Which policy is left in place: the best on the validation items, or the last. Default "best". */
  keep?: "best" | "last";
}

/** Training on the policy's samples for the training documents. */
export interface OnSamples extends Pick<SampleTraining, "samples" | "batchSize" | "updates" | "learningRate"> {
  /** Whether the score of a sample is METEOR less what length predicts, or METEOR. Default false. */
  lengthControlled?: boolean;
  /** Weight of the KL to the policy that training on references left, in the loss. */
  klWeight: number;
  /** Token rewards, for a credit that needs them, from the samples scored so far. */
  guidance: Pick<SampleGuidanceTraining, "learn" | "every" | "from" | "until">;
  /** Updates between measurements of samples for the test items, which lead to nothing. */
  measureEvery: number;
}

/**
 * What trains:
 *
 * - "all": every parameter;
 * - `fromLayer` alone: layer `fromLayer`, those above it and the final norm; in an encoder–decoder, of the decoder;
 * - `lowRank`: low-rank adapters (LoRA) in all layers, or in those from `fromLayer` on.
 *
 * In a decoder-only LM with `fromLayer` of 1 or more, prompts are computed once, and guidance sees the states that go
 * into layer `fromLayer`. Otherwise prompts are computed in every pass, and guidance sees the last hidden states of the
 * untrained LM.
 */
export type Trainable =
  | "all"
  | { fromLayer: number }
  | { lowRank: Omit<LowRankOptions, "rng" | "targets">; fromLayer?: number };

/** The LM, the parameters of it that train, and its prompt. */
export interface SummarizationLm {
  /** A name that `loadCausalLm` or `loadSeq2Seq` takes; the LM's configuration says which of them loads it. */
  model: string;
  trainable: Trainable;
  /** The question put to a decoder-only LM about a document: one, or one for each aspect. */
  question?: string | Record<string, string>;
  /** Whether the question comes before or behind the document. Default "after". */
  position?: "before" | "after";
  /** Text before the document in the input of an encoder–decoder. Default "summarize: ". */
  prefix?: string;
}

/** All choices of a run of the summarization experiment except variant and seed. */
export interface SummarizationSetting {
  lm: SummarizationLm;
  /** The source that `loadSummaries` takes, and its options. */
  data: string | Record<SummaryPart, string>;
  loading?: LoadSummariesOptions;
  /**
   * Documents of each part. A run draws `train` documents from a `pool`, whose default is `train`. Other defaults: all.
   */
  documents: { pool?: number; train?: number; valid?: number; test?: number };
  /** Longer documents are cut to this many tokens, longer summaries, end token included, to `summaryTokens`. */
  documentTokens: number;
  summaryTokens: number;
  training: SummarizationTraining;
  /** Summaries sampled for each test item; their scores are averaged. */
  samples: number;
  /** Number of beams of a beam search on the test items. Default: no beam search. */
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
      from: 1,
      every: 1,
      until: 2,
      lengthControlled: true,
      strength: 0.25,
    },
    epochs: 3,
    batchSize: 8,
    learningRate: 3e-4,
    onSamples: {
      updates: 12,
      batchSize: 6,
      samples: 4,
      learningRate: 2e-4,
      lengthControlled: true,
      klWeight: 0.05,
      guidance: {
        learn: { aggregate: meanTokens(), listSize: 4, listsPerStep: 48, steps: 60, every: 10, inputNoise: 1 },
        every: 4,
      },
      measureEvery: 6,
    },
    validateEvery: 1,
    keep: "last", // with so few validation documents the best epoch is chance, which hides the effect of the weights
  },
  samples: 1,
};

/** The setting that `npm run summaries` runs over seeds, each of which draws its own training documents. */
const comparison: SummarizationSetting = {
  ...quick,
  documents: { pool: 50, train: 33, valid: 12, test: 30 },
  training: { ...quick.training, validateEvery: 3 },
};

/** All documents, and guidance learned a second time. */
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

/** The paper's setting, on CNN/DM; meant for a GPU. */
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
        aggregate: meanTokens(),
        listSize: 3,
        listsPerStep: 32,
        steps: 900,
        hidden: 2048,
        inputNoise: 0,
        every: 90,
        learningRate: 5e-5,
        weightDecay: 0,
        plateau: {},
        patience: 7,
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

/** For tests and tutorials: seconds with the toy LM of the repository, which cannot summarize. */
const toy: SummarizationSetting = {
  ...quick,
  lm: { model: "tiny-lm", trainable: { fromLayer: 2 }, question: " In short:" },
  documents: { train: 4, valid: 2, test: 3 },
  documentTokens: 40,
  summaryTokens: 12,
  training: {
    ...quick.training,
    epochs: 2,
    onSamples: {
      ...quick.training.onSamples!,
      updates: 3,
      batchSize: 2,
      measureEvery: 2,
      guidance: { ...quick.training.onSamples!.guidance, every: 1 },
    },
  },
};

/**
 * The settings by name: `toy` for tests and tutorials, `quick` (minutes on a CPU), `comparison` (`npm run summaries`),
 * `standard` (half an hour on a CPU) and `paper` (a GPU).
 */
export const summarizationSettings = { toy, quick, comparison, standard, paper };

/** A setting by name. Errors: an unknown name. */
export function summarizationSetting(name: string): SummarizationSetting {
  if (!Object.hasOwn(summarizationSettings, name))
    fail(
      "summarizationSetting",
      `there is no setting "${name}"`,
      `Use ${Object.keys(summarizationSettings).join(", ")}.`,
    );
  return summarizationSettings[name as keyof typeof summarizationSettings];
}
