// A frozen LM as a text classifier that a prompt steers: p(class | text, prompt) from the token after "{text}{prompt}".

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Check, type Checks, checkOptions, integer, oneOf, required } from "../core/options";
import { read, tidy } from "../core/tidy";
import {
  type CausalLm,
  causalPromptStates,
  causalStates,
  disposeCache,
  headRows,
  lastStates,
} from "../models/causal/forward";
import type { PrefixCache } from "../models/causal/trunk";
import { bucketByTokens } from "../text/batches";
import { singleToken } from "../text/tokenizer";

/** A classifier on an LM, which stays the caller's. Dispose `verbalizers_DC` after use. */
export interface Classifier {
  /** The LM, frozen. */
  model: CausalLm;
  /** Class names, in the order of the probabilities. */
  classes: string[];
  /** The verbalizers' rows of the output head as columns, one for each class. */
  verbalizers_DC: tf.Tensor2D;
  /** First token of every sequence. */
  startToken: number;
}

/** Options of `createClassifier`. */
export interface ClassifierOptions {
  /**
   * The order of text and prompt. Only this one shares a text's keys and values among prompts. Prompt tokens carry
   * their own spaces.
   */
  template?: "{text}{prompt}";
  /**
   * The word whose probability stands for each class, one token each: `{ negative: " negative", positive: " positive"
   * }`.
   */
  verbalizers: Record<string, string>;
  /** First token of every sequence. Default 0, `<|endoftext|>` of SmolLM2. */
  startToken?: number;
}

const wordOfEachClass: Check = {
  expected: "a record with a word for each class",
  accepts: value =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(word => typeof word === "string"),
};

const classifierChecks: Checks<ClassifierOptions> = {
  template: oneOf("{text}{prompt}"),
  verbalizers: required(wordOfEachClass),
  startToken: integer(0),
};

/**
 * A classifier on a loaded LM, which stays the caller's.
 *
 *     const classifier = createClassifier(lm, { verbalizers: { negative: " bad", positive: " good" } });
 *
 * Errors: an option out of its range; fewer than two classes; a verbalizer that is not one token; two that are the
 * same.
 */
export function createClassifier(model: CausalLm, options: ClassifierOptions): Classifier {
  const where = "createClassifier";
  checkOptions(where, options, classifierChecks);
  const { verbalizers, startToken = 0 } = options;
  const classes = Object.keys(verbalizers);
  if (classes.length < 2)
    fail(where, `there are ${classes.length} classes`, "Give a verbalizer for each of at least two.");
  const ids = classes.map(name => singleToken(model.tokenizer, verbalizers[name], `${where}: verbalizer of "${name}"`));
  if (new Set(ids).size < ids.length) fail(where, "two classes have the same verbalizer", "Give each its own word.");
  const verbalizers_DC = tf.tidy(() => tf.transpose(headRows(model, ids)) as tf.Tensor2D);
  return { model, classes, verbalizers_DC, startToken };
}

/** Texts whose keys and values are computed once, for any number of prompts. Dispose after use. */
export interface PreparedTexts {
  /** Number of texts. */
  size: number;
  /** Texts of similar length together: their indices, keys and values, and last states. */
  chunks: { rows: number[]; cache: PrefixCache; last_BD: tf.Tensor2D }[];
  /** Frees keys, values and states. */
  dispose(): void;
}

const textsPerChunk = 32;
/** Texts × prompt tokens of one pass. More does not run faster, and takes memory. */
const tokensPerPass = 2560;

/** Computes the keys and values of texts, for `classProbabilities`. Errors: a text longer than the model's context. */
export function prepareTexts(classifier: Classifier, texts: readonly string[]): PreparedTexts {
  const parts: PreparedTexts["chunks"] = [];
  const dispose = () => {
    for (const part of parts) disposeChunk(part);
  };
  try {
    for (const sequences of lengthSorted(classifier, texts)) parts.push(prepareChunk(classifier, sequences));
  } catch (error) {
    dispose();
    throw error;
  }
  return { size: texts.length, chunks: parts, dispose };
}

type Sequence = { row: number; ids: number[] };

function lengthSorted({ model, startToken }: Classifier, texts: readonly string[]): Sequence[][] {
  const sequences = texts.map((text, row) => ({ row, ids: [startToken, ...model.tokenizer.encode(text)] }));
  const lengths = sequences.map(({ ids }) => ids.length);
  return bucketByTokens(lengths, Infinity, { rows: textsPerChunk }).map(rows => rows.map(row => sequences[row]));
}

function prepareChunk({ model }: Classifier, part: Sequence[]): PreparedTexts["chunks"][number] {
  const [cache, last_BD] = tidy(() => {
    const { last, cache } = causalStates(
      model,
      part.map(({ ids }) => ids),
    );
    return [cache, lastStates(last, cache.lengths)] as const;
  });
  return { rows: part.map(({ row }) => row), cache, last_BD };
}

function disposeChunk({ cache, last_BD }: PreparedTexts["chunks"][number]) {
  disposeCache(cache);
  last_BD.dispose();
}

/**
 * Class probabilities of every text under every prompt, softmax over the verbalizers alone: `result[prompt][text]`
 * holds C numbers. Prompts are token ids of any lengths; [] is the empty prompt. Texts that are not prepared are
 * processed a chunk at a time, so memory stays small. `onProgress` is called with pairs of prompt and text done and in
 * total. Yields to the event loop between passes.
 *
 * Errors: text and prompt longer than the model's context.
 */
export async function classProbabilities(
  classifier: Classifier,
  texts: readonly string[] | PreparedTexts,
  prompts: readonly (readonly number[])[],
  onProgress?: (done: number, total: number) => void,
): Promise<Float32Array[][]> {
  const C = classifier.classes.length;
  const size = "chunks" in texts ? texts.size : texts.length;
  const out = prompts.map((): Float32Array[] => Array(size));
  const total = size * prompts.length;
  let done = 0;
  const scoreChunk = async (part: PreparedTexts["chunks"][number]) => {
    const lengths = prompts.map(({ length }) => length);
    for (const group of bucketByTokens(lengths, tokensPerPass / part.rows.length, { equal: true })) {
      const probabilities = chunkProbabilities(
        classifier,
        part,
        group.map(g => prompts[g]),
      );
      for (const [b, row] of part.rows.entries())
        for (const [i, g] of group.entries())
          out[g][row] = probabilities.subarray((b * group.length + i) * C, (b * group.length + i + 1) * C);
      onProgress?.((done += group.length * part.rows.length), total);
      await new Promise(setImmediate);
    }
  };
  if ("chunks" in texts) for (const part of texts.chunks) await scoreChunk(part);
  else
    for (const sequences of lengthSorted(classifier, texts)) {
      const part = prepareChunk(classifier, sequences);
      try {
        await scoreChunk(part);
      } finally {
        disposeChunk(part);
      }
    }
  return out;
}

/** Of B texts under G prompts of one length: [B, G, C], flat. */
function chunkProbabilities(
  { model, verbalizers_DC }: Classifier,
  { cache, last_BD }: PreparedTexts["chunks"][number],
  prompts: readonly (readonly number[])[],
): Float32Array {
  const [B, G, T] = [cache.lengths.length, prompts.length, prompts[0].length];
  const D = model.config.width;
  return read(() => {
    const final =
      T === 0
        ? tf.tile(tf.expandDims(last_BD, 1), [1, G, 1])
        : tf.slice(
            tf.reshape(causalPromptStates(model, cache, prompts).last, [B, G, T, D]),
            [0, 0, T - 1, 0],
            [B, G, 1, D],
          );
    const scores = tf.matMul(tf.reshape(final, [B * G, D]) as tf.Tensor2D, verbalizers_DC);
    return tf.softmax(scores);
  });
}
