import * as tf from "@tensorflow/tfjs-core";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import type { TokenBatch } from "../../src/objectives/objective";
import { caseByCase, compare, cube, matrix } from "./checker";

/** Clip-higher and the dual clip: losses and gradients. */
export const checkClippedRatio = caseByCase(({ id, params, inputs, loss, grad_logits }, outcome) => {
  const { clip, clip_high: clipHigh, dual_clip, average } = params;
  const batch: TokenBatch = {
    logits_BTV: cube(inputs.logits),
    ids_BT: tf.cast(matrix(inputs.ids), "int32"),
    mask_BT: matrix(inputs.mask),
    advantage_BT: matrix(inputs.advantage),
    behaviorLogProbability_BT: matrix(inputs.behavior),
  };
  const objective = clippedRatio({ clip, clipHigh, dualClip: dual_clip ?? Infinity, average });
  compare(outcome, `${id} loss`, objective.loss(batch), loss);
  const gradient = tf.grad(x => objective.loss({ ...batch, logits_BTV: x as tf.Tensor3D }))(batch.logits_BTV);
  compare(outcome, `${id} gradient`, gradient, grad_logits);
});
