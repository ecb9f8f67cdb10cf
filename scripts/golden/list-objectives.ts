import * as tf from "@tensorflow/tfjs-core";
import { dpo } from "../../src/objectives/dpo";
import { ipo } from "../../src/objectives/ipo";
import { kto } from "../../src/objectives/kto";
import type { Objective, TokenBatch } from "../../src/objectives/objective";
import { oddsRatio } from "../../src/objectives/odds-ratio";
import { simpo } from "../../src/objectives/simpo";
import { slic } from "../../src/objectives/slic";
import { caseByCase, compare, cube, matrix } from "./checker";

/** Each objective from its parameters in the fixtures. */
const byName: Record<string, (params: any) => Objective> = {
  dpo: ({ beta, label_smoothing, length_normalized, margin_weight }) =>
    dpo({ beta, labelSmoothing: label_smoothing, lengthNormalized: length_normalized, marginWeight: margin_weight }),
  ipo: ({ tau, length_normalized }) => ipo({ tau, lengthNormalized: length_normalized }),
  simpo: ({ beta, margin }) => simpo({ beta, margin }),
  odds_ratio: () => oddsRatio(),
  slic: ({ margin, length_normalized }) => slic({ margin, lengthNormalized: length_normalized }),
  kto: ({ beta, desirable_weight, undesirable_weight }) =>
    kto({ beta, desirableWeight: desirable_weight, undesirableWeight: undesirable_weight }),
};

export const checkListObjectives = caseByCase(({ id, objective, params, inputs, loss, grad_logits }, outcome) => {
  if (!Object.hasOwn(byName, objective)) {
    outcome.misses.push(`${id}: the objective ${objective} is not here`);
    return;
  }
  const { desirable, reference_point: referencePoint } = params;
  const batch: TokenBatch = {
    logits_BTV: cube(inputs.logits),
    ids_BT: tf.cast(matrix(inputs.ids), "int32"),
    mask_BT: matrix(inputs.mask),
    referenceLogits_BTV: cube(inputs.reference_logits),
    margin_B: tf.tensor1d(inputs.margin),
    ...(desirable && { desirable_B: tf.tensor1d(desirable), referencePoint }),
    listSize: 2,
  };
  const made = byName[objective](params);
  compare(outcome, `${id} loss`, made.loss(batch), loss);
  const gradient = tf.grad(x => made.loss({ ...batch, logits_BTV: x as tf.Tensor3D }))(batch.logits_BTV);
  compare(outcome, `${id} gradient`, gradient, grad_logits);
});
