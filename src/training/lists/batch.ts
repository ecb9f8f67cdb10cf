// Batches of lists from one pass over their responses.

import * as tf from "@tensorflow/tfjs-core";
import { lookUp, unrecorded } from "../../core/gradients";
import { pairMeasures } from "../../objectives/implicit-rewards";
import { perToken, tokenLogProbability } from "../../objectives/list-rows";
import type { TokenBatch } from "../../objectives/objective";
import { referenceRatio } from "../../objectives/reference-ratio";
import type { Counts } from "../optimizer-step";

/** The fields that have a number or a vector for each token of a row. */
type TokenFields = Omit<TokenBatch, "margin_B" | "desirable_B" | "referencePoint" | "listSize">;

/** The rows at these places, as often as they are named; a row of padding where a place is −1. */
export function rowsAt(batch: TokenFields, places: readonly number[]): TokenFields {
  const [B, T, V] = batch.logits_BTV.shape;
  if (places.length === B && places.every((place, row) => place === row)) return batch;
  const index = tf.tensor1d(
    places.map(place => Math.max(place, 0)),
    "int32",
  );
  const real_B1 = tf.tensor2d(
    places.map(place => Number(place >= 0)),
    [places.length, 1],
  );
  const others = Object.entries(batch).filter(([name, x]) => x && name !== "logits_BTV");
  const gathered = Object.fromEntries(others.map(([name, x]) => [name, tf.gather(x as tf.Tensor, index)]));
  const logits_BN = lookUp(tf.reshape(batch.logits_BTV, [B, T * V]), index);
  return {
    ...(gathered as unknown as TokenFields),
    logits_BTV: tf.reshape(logits_BN, [places.length, T, V]),
    mask_BT: tf.mul(gathered.mask_BT, real_B1) as tf.Tensor2D,
  };
}

/** What the rows at these places count, given the length of each. */
export function countsAt(lengths: readonly number[], places: readonly number[], listSize?: number): Counts {
  const real = places.filter(place => place >= 0);
  const tokens = real.reduce((sum, place) => sum + lengths[place], 0);
  return { tokens, sequences: real.length, ...(listSize && { lists: places.length / listSize }) };
}

/**
 * How far the better of two responses is ahead, on average, and the share of pairs where it is ahead: by implicit
 * rewards, β Σ_t (log π − log ρ), or without a reference by the mean log π of the tokens.
 */
export function measuredPairs(
  batch: TokenBatch,
  pairs: readonly (readonly [number, number])[],
  beta: number,
): Record<string, tf.Scalar> {
  const reward_N2 = unrecorded(() =>
    tf.tidy(() => {
      const hasReference = batch.referenceLogProbability_BT ?? batch.referenceLogits_BTV;
      const reward_BT = hasReference
        ? tf.mul(beta, referenceRatio("trainWithLists", batch))
        : perToken(tokenLogProbability("trainWithLists", batch), batch.mask_BT);
      return tf.gather(tf.sum(reward_BT, 1), tf.tensor2d(pairs.flat(), [pairs.length, 2], "int32")) as tf.Tensor2D;
    }),
  );
  const { margin, accuracy } = pairMeasures(reward_N2);
  reward_N2.dispose();
  return { margin: tf.scalar(margin), accuracy: tf.scalar(accuracy) };
}
