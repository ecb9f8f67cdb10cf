import * as tf from "@tensorflow/tfjs-core";
import * as aggregates from "../../src/guidance/aggregate";
import { caseByCase, compare, matrix } from "./checker";

const byName: Record<string, (temperature?: number) => aggregates.Aggregate> = {
  avg: () => aggregates.meanTokens(),
  sum: () => aggregates.sumTokens(),
  max: temperature => aggregates.softMaxTokens({ temperature }),
  min: temperature => aggregates.softMinTokens({ temperature }),
  hard_max: () => aggregates.hardMaxTokens(),
  hard_min: () => aggregates.hardMinTokens(),
};

/** Optional cases have an empty response, which must be refused. */
export const checkAggregation = caseByCase((testCase, outcome) => {
  const reward_BT = matrix(testCase.r);
  const mask_BT = testCase.mask ? matrix(testCase.mask) : tf.onesLike(reward_BT);
  if (testCase.optional) {
    if (!refuses(reward_BT, mask_BT)) outcome.misses.push(`${testCase.id}: an empty response is not refused`);
    return;
  }
  for (const { agg, beta, scores, grad } of testCase.expected) {
    const where = `${testCase.id} ${agg}`;
    if (!byName[agg]) {
      outcome.misses.push(`${where}: no such aggregation here`);
      continue;
    }
    const apply = (r: tf.Tensor) => byName[agg](beta).apply(r as tf.Tensor2D, mask_BT, testCase.K ?? 1);
    compare(outcome, `${where} scores`, apply(reward_BT), scores);
    compare(outcome, `${where} gradient`, tf.grad(r => tf.sum(apply(r)))(reward_BT), grad);
  }
});

function refuses(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): boolean {
  try {
    aggregates.meanTokens().apply(reward_BT, mask_BT, 1);
    return false;
  } catch {
    return true;
  }
}
