import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../../src/core/gradients";
import { type CausalLm, forward, logits } from "../../src/models/causal";
import { trainable } from "../../src/models/trainable";
import { compare, type Outcome } from "./checker";
import { greedyIds } from "./greedy";

/** Compares [B, T, …] with rows of which those at padding are null. */
export function compareTokens(
  outcome: Outcome,
  where: string,
  actual: tf.Tensor,
  expected: (number[] | null)[][],
): void {
  const rows = expected.flat();
  const defined = [...rows.keys()].filter(n => rows[n] !== null);
  const found = tf.gather(tf.reshape(actual, [rows.length, -1]), tf.tensor1d(defined, "int32"));
  compare(
    outcome,
    where,
    found,
    defined.map(n => rows[n]),
  );
}

/** States, logits, loss, gradients and greedy text of a decoder-only LM. */
export function checkCausal(model: CausalLm, fixture: any, outcome: Outcome): void {
  for (const [side, { input_ids: ids, attention_mask: mask, ...expected }] of Object.entries<any>(fixture.cases)) {
    tf.tidy(() => {
      const { logits: wanted, last_hidden_state } = expected.positions_from_mask;
      const { last } = forward(model, { ids, mask });
      compareTokens(outcome, `${side} states`, last, last_hidden_state);
      compareTokens(outcome, `${side} logits`, logits(model, last), wanted);
      if (expected.positions_arange) {
        const positions = ids.map((row: number[]) => row.map((_, t) => t));
        const { last } = forward(model, { ids, mask }, { positions });
        const [B, T, D] = last.shape;
        const end = logits(model, tf.slice(last, [0, T - 1, 0], [B, 1, D]));
        compare(outcome, `${side} positions 0, 1, 2 …`, end, expected.positions_arange.logits_last_position);
      }
    });
    outcome.cases++;
  }
  checkTraining(model, fixture.train, outcome);
  for (const [name, { input_ids: ids, attention_mask: mask, sequences }] of Object.entries<any>(fixture.greedy)) {
    const inputs = ids.map((row: number[], b: number) => row.filter((_, t) => mask?.[b][t] !== 0));
    const added = sequences.map((row: number[]) => row.slice(ids[0].length));
    compare(outcome, `greedy ${name}`, greedyIds(model, inputs, added[0].length).flat(), added, 0);
    outcome.cases++;
  }
}

/** Labels are the ids one place on, −100 where there is none: mean loss over the labels, gradients of every parameter. */
function checkTraining(
  model: CausalLm,
  { input_ids: ids, attention_mask: mask, labels, loss, grads }: any,
  outcome: Outcome,
) {
  const variables = trainable(model, /./);
  tf.tidy(() => {
    const shifted = labels.map((row: number[]) => row.slice(1));
    const [B, T] = [shifted.length, shifted[0].length];
    const here = tf.tensor2d(shifted, [B, T], "int32");
    const { value, grads: found } = tf.variableGrads(() => {
      const { last } = forward(model, { ids, mask });
      const scores = logits(model, tf.slice(last, [0, 0, 0], [B, T, -1]));
      const counted = tf.cast(tf.greaterEqual(here, 0), "float32");
      const nll = tf.mul(tokenNll(scores, tf.maximum(here, 0) as tf.Tensor2D), counted);
      return tf.div(tf.sum(nll), tf.sum(counted)) as tf.Scalar;
    }, variables);
    compare(outcome, "loss", value, loss);
    compareGradients(outcome, name => found[(model.weights[name] as tf.Variable).name], grads);
  });
  outcome.cases++;
}

/** Norms of all gradients, and some of them in full or in their first rows. */
function compareGradients(
  outcome: Outcome,
  gradient: (parameter: string) => tf.Tensor,
  { norms, full, first_rows: rows }: any,
) {
  for (const [name, norm] of Object.entries(norms)) compare(outcome, `|d ${name}|`, tf.norm(gradient(name)), norm);
  for (const [name, wanted] of Object.entries(full)) compare(outcome, `d ${name}`, gradient(name), wanted);
  for (const [name, wanted] of Object.entries<number[][]>(rows))
    compare(outcome, `d ${name}`, tf.slice(gradient(name), 0, wanted.length), wanted);
}
