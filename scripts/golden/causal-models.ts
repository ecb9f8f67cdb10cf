import * as tf from "@tensorflow/tfjs-core";
import { type CausalLm, causalForward, causalLogits } from "../../src/models/causal/forward";
import { compare, type Outcome } from "./checker";
import { asCase, checkGreedy, checkTraining, compareRows, labelLoss, unpadded } from "./model-numbers";

/** States, logits, loss, gradients and greedy tokens of a decoder-only LM. */
export function checkCausal(outcome: Outcome, model: CausalLm, { cases, train, greedy }: any): void {
  for (const [side, { input_ids: ids, attention_mask: mask, ...wanted }] of Object.entries<any>(cases))
    asCase(outcome, () => {
      const { last } = causalForward(model, { ids, mask });
      compareRows(outcome, `${side} states`, last, wanted.positions_from_mask.last_hidden_state);
      compareRows(outcome, `${side} logits`, causalLogits(model, last), wanted.positions_from_mask.logits);
      if (wanted.positions_arange) {
        const positions = ids.map((row: number[]) => row.map((_, t) => t));
        const { last } = causalForward(model, { ids, mask }, { positions });
        const [B, T] = last.shape;
        const end = causalLogits(model, tf.slice(last, [0, T - 1, 0], [B, 1, -1]));
        compare(outcome, `${side} positions 0, 1, 2 …`, end, wanted.positions_arange.logits_last_position);
      }
    });
  // Labels are the ids shifted by one.
  const labels = train.labels.map((row: number[]) => row.slice(1));
  checkTraining(outcome, model, train, () => {
    const { last } = causalForward(model, { ids: train.input_ids, mask: train.attention_mask });
    return labelLoss(causalLogits(model, tf.slice(last, [0, 0, 0], [labels.length, labels[0].length, -1])), labels);
  });
  for (const [name, { input_ids: ids, attention_mask: mask, sequences, logits_of_last_step }] of Object.entries<any>(
    greedy,
  )) {
    const added = sequences.map((row: number[]) => row.slice(ids[0].length));
    checkGreedy(outcome, `greedy ${name}`, model, unpadded(ids, mask), added, logits_of_last_step);
  }
}
