// BERTScore (Zhang et al. 2020, arXiv:1904.09675), as the library bert-score computes it.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Checks, callback, checkOptions, flag, integer } from "../core/options";
import { read } from "../core/tidy";
import { contextLength } from "../models/masked/config";
import { type MaskedLm, maskedForward } from "../models/masked/forward";
import { bucketByTokens, chunks, padRight } from "../text/batches";
import { encodeWithin } from "../text/encode-within";
import type { Overlap } from "./rouge";

/** The encoder of BERTScore and how it is used. */
export interface BertScoreOptions {
  /**
   * The layer after which the states are compared, 1 to the number of layers. Default: bert-score's choice for
   * published models of that size (BERT with 12 layers: 9, with 24: 18; RoBERTa with 12: 10, with 24: 17), for others
   * the last.
   */
  layer?: number;
  /**
   * Whether rare words weigh more: by the logarithm of their inverse document frequency in the references. Default
   * false.
   */
  idf?: boolean;
  /** Tokens of a pass, padding included, which bound its memory. Default 8192. */
  batchTokens?: number;
  /** Called with pairs done and pairs in total. */
  onProgress?: (done: number, total: number) => void;
}

const bertScoreChecks: Checks<BertScoreOptions> = {
  layer: integer(1),
  idf: flag,
  batchTokens: integer(1),
  onProgress: callback,
};

/**
 * BERTScore of each summary: its tokens are matched with the tokens of the reference that are nearest by the cosine of
 * their states in an encoder; precision is the mean over the summary's tokens, recall over the reference's, without the
 * special ones. The raw scores, as the paper on token-level guidance reports them: not rescaled by a baseline. An empty
 * text scores 0. Texts longer than the model's context are cut.
 *
 *     const encoder = await loadMaskedLm("FacebookAI/roberta-large");
 *     const scores = await bertScore(encoder, summaries, references);
 *
 * Errors: two lists of different length; a layer or a tokenizer that the model does not have.
 */
export async function bertScore(
  model: MaskedLm,
  predictions: readonly string[],
  references: readonly string[],
  options: BertScoreOptions = {},
): Promise<Overlap[]> {
  checkOptions("bertScore", options, bertScoreChecks);
  if (predictions.length !== references.length)
    fail(
      "bertScore",
      `there are ${predictions.length} summaries and ${references.length} references`,
      "Give one reference a summary.",
    );
  const { layer = usualLayer(model), batchTokens = 8192, onProgress } = options;
  const longest = Math.min(512, contextLength(model.config));
  const encoded = new Map<string, number[]>();
  const encode = (text: string): number[] => {
    const ids = encoded.get(text) ?? encodeWithin(model.tokenizer, ready(model, text), longest).ids;
    encoded.set(text, ids);
    return ids;
  };
  const weightOf = tokenWeights(model, options.idf ? references.map(encode) : []);
  const scores: Overlap[] = [];
  for (const pairs of chunks([...predictions.keys()], 64)) {
    const texts = [...new Set(pairs.flatMap(i => [predictions[i], references[i]]))];
    const states = await statesOf(model, texts, texts.map(encode), { layer, batchTokens });
    for (const i of pairs) {
      const [p, r] = [encode(predictions[i]), encode(references[i])];
      scores.push(
        compareStates(states.get(predictions[i])!, states.get(references[i])!, p.map(weightOf), r.map(weightOf)),
      );
    }
    tf.dispose([...states.values()]);
    onProgress?.(scores.length, predictions.length);
  }
  return scores;
}

/** Byte-level tokenizers need the space before a word. */
const ready = ({ config }: MaskedLm, text: string): string =>
  config.family === "roberta" && text.trim() !== "" ? ` ${text.trim()}` : text.trim();

function usualLayer({ config: { family, layers } }: MaskedLm): number {
  const chosen: Record<string, Record<number, number>> = { bert: { 12: 9, 24: 18 }, roberta: { 12: 10, 24: 17 } };
  return chosen[family][layers] ?? layers;
}

/**
 * The weight of a token: 0 where it is special, else 1, or log((N + 1) / (n + 1)) where n of the N references have it.
 */
function tokenWeights({ tokenizer }: MaskedLm, references: readonly (readonly number[])[]): (id: number) => number {
  const special = new Set(tokenizer.encodeWithSpecial("").ids);
  const having = new Map<number, number>();
  for (const ids of references) for (const id of new Set(ids)) having.set(id, (having.get(id) ?? 0) + 1);
  const N = references.length;
  return id => (special.has(id) ? 0 : N === 0 ? 1 : Math.log((N + 1) / ((having.get(id) ?? 0) + 1)));
}

/** The states of each text's tokens, special ones among them, scaled to length 1, [T, D]. */
async function statesOf(
  model: MaskedLm,
  texts: readonly string[],
  ids: readonly number[][],
  { layer, batchTokens }: { layer: number; batchTokens: number },
): Promise<Map<string, tf.Tensor2D>> {
  const states = new Map<string, tf.Tensor2D>();
  const lengths = ids.map(({ length }) => length);
  for (const batch of bucketByTokens(lengths, batchTokens)) {
    const input = padRight(
      batch.map(text => ids[text]),
      model.config.padding,
    );
    const rows = tf.tidy(() => {
      const x_BTD = maskedForward(model, input, { layers: layer });
      const scaled_BTD = tf.div(x_BTD, tf.norm(x_BTD, 2, 2, true));
      return batch.map(
        (text, b) =>
          tf.squeeze(tf.slice(scaled_BTD, [b, 0, 0], [1, lengths[text], x_BTD.shape[2]]), [0]) as tf.Tensor2D,
      );
    });
    for (const [b, text] of batch.entries()) states.set(texts[text], rows[b]);
    await new Promise(setImmediate);
  }
  return states;
}

function compareStates(found_PD: tf.Tensor2D, wanted_RD: tf.Tensor2D, p: number[], r: number[]): Overlap {
  const [P, R] = [p.length, r.length];
  const cosines = read(() => tf.matMul(found_PD, wanted_RD, false, true));
  const best = (rows: number, columns: number, at: (row: number, column: number) => number) =>
    Array.from({ length: rows }, (_, row) => {
      let most = -1;
      for (let column = 0; column < columns; column++) most = Math.max(most, at(row, column));
      return most;
    });
  const precision = weightedMean(
    best(P, R, (i, j) => cosines[i * R + j]),
    p,
    r,
  );
  const recall = weightedMean(
    best(R, P, (j, i) => cosines[i * R + j]),
    r,
    p,
  );
  const sum = precision + recall;
  return { precision, recall, f: sum > 0 ? (2 * precision * recall) / sum : 0 };
}

/** 0 where either text has no weight. */
function weightedMean(values: number[], weights: number[], others: number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || others.every(weight => weight === 0)) return 0;
  return values.reduce((sum, value, i) => sum + value * weights[i], 0) / total;
}
