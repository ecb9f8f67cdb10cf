// Batches for training the toy LM.

import * as tf from "@tensorflow/tfjs-core";
import * as tw from "../../src";
import type { Document } from "./corpus";

/** A teacher-forced batch in which every token but the first is predicted; its weight takes the place of a reward. */
export function batchOf(model: tw.CausalLm, documents: readonly Document[]): tw.training.MicroBatch {
  const { ids, mask } = tw.text.padRight(documents.map(({ ids }) => ids));
  const weights = tw.text.padRight(documents.map(({ weights }) => weights)).ids;
  const next_BT = mask.map(row => row.slice(1));
  return {
    batches() {
      const { last } = tw.models.causalForward(model, { ids: ids.map(row => row.slice(0, -1)), mask: next_BT });
      return {
        references: {
          logits_BTV: tw.models.causalLogits(model, last),
          ids_BT: tf.tensor2d(
            ids.map(row => row.slice(1)),
            undefined,
            "int32",
          ),
          mask_BT: tf.tensor2d(next_BT),
          reward_BT: tf.tensor2d(weights),
        },
      };
    },
    source: ids,
  };
}
