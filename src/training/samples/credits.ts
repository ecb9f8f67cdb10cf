// What is known of an update's samples, as a batch for a credit, and what the credit makes of it.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../core/errors";
import { mean } from "../../core/mean";
import { read } from "../../core/tidy";
import type { Credit, CreditBatch } from "../../credit/credit";
import { paddedRows, tokensOf } from "../../policies/token-rows";
import { padRight } from "../../text/batches";

/** A row or a number for each sample. */
export interface Known {
  responses: readonly (readonly number[])[];
  rewards?: readonly Float32Array[];
  scores?: readonly number[];
  finished: readonly boolean[];
  behavior?: readonly Float32Array[];
  reference?: readonly Float32Array[];
  values?: readonly Float32Array[];
  attention?: readonly Float32Array[];
}

/** The credit of each token, and of a credit with values the returns. */
export interface Credited {
  credit: Float32Array[];
  returns?: Float32Array[];
}

/** Errors: a credit of another shape, or one that is not finite. */
export function credited(where: string, credit: Credit, listSize: number, known: Known): Credited {
  const lengths = known.responses.map(({ length }) => length);
  const [B, T] = [lengths.length, Math.max(...lengths)];
  const numbersOf = (apply: Credit["apply"]) => {
    const numbers = read(() => {
      const credit_BT = apply(batchOf(known, listSize, T));
      if (credit_BT.rank !== 2 || credit_BT.shape[0] !== B || credit_BT.shape[1] !== T)
        fail(where, `credit ${credit.name} has shape [${credit_BT.shape}], not [${B},${T}]`, "Correct the credit.");
      return credit_BT;
    });
    const rows = tokensOf(numbers, lengths);
    const bad = rows.findIndex(row => !row.every(Number.isFinite));
    return bad < 0
      ? rows
      : fail(where, `credit ${credit.name} of sample ${bad} is not finite`, "Correct the credit, or the rewards.");
  };
  return {
    credit: numbersOf(batch => credit.apply(batch)),
    ...(credit.returns && { returns: numbersOf(batch => credit.returns!(batch)) }),
  };
}

function batchOf(known: Known, listSize: number, T: number): CreditBatch {
  const { responses, rewards, scores, finished, behavior, reference, values, attention } = known;
  const rows = (of?: readonly Float32Array[]) => of && paddedRows(of, T);
  const { ids, mask } = padRight(responses);
  return {
    mask_BT: tf.tensor2d(mask, [mask.length, T]),
    ids_BT: tf.tensor2d(ids, [ids.length, T], "int32"),
    listSize,
    finished_B: tf.tensor1d(finished.map(Number)),
    score_B: scores && tf.tensor1d([...scores]),
    reward_BT: rows(rewards),
    behaviorLogProbability_BT: rows(behavior),
    referenceLogProbability_BT: rows(reference),
    value_BT: rows(values),
    attention_BT: rows(attention),
  };
}

/**
 * 1 − Var(R − V) / Var(R) over all tokens: 1 where values are the returns, 0 where they are as good as their mean.
 * Undefined where all returns are equal.
 */
export function explainedVariance(
  values: readonly Float32Array[],
  returns: readonly Float32Array[],
): number | undefined {
  const variance = (of: number[]) => {
    const middle = mean(of);
    return mean(of.map(x => (x - middle) ** 2));
  };
  const all = returns.flatMap(row => [...row]);
  const value = values.flatMap(row => [...row]);
  const total = variance(all);
  return total > 0 ? 1 - variance(all.map((x, i) => x - value[i])) / total : undefined;
}
