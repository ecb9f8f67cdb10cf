import * as tf from "@tensorflow/tfjs-core";
import { type Bound, sigmoidBound, softplusBound } from "../../src/guidance/bounds";
import { caseByCase, compare, numbers } from "./checker";

const byName: Record<string, (min: number, max: number) => Bound> = {
  softplus: (min, max) => softplusBound({ min, max }),
  sigmoid: () => sigmoidBound(),
};

export const checkBounding = caseByCase((testCase, outcome) => {
  if (!byName[testCase.fn]) {
    outcome.misses.push(`${testCase.id}: no bound ${testCase.fn} here`);
    return;
  }
  const bound = byName[testCase.fn](testCase.min_r, testCase.max_r);
  const x = numbers(testCase.x);
  // The authors replace NaN by 0. Here it stays NaN, so that a broken reward network is noticed.
  const y = numbers(testCase.y).map((value, i) => (Number.isNaN(x[i]) ? Number.NaN : value));
  compare(outcome, `${testCase.id} y`, bound.apply(tf.tensor1d(x)), y, 1e-6);
  if (testCase.dy_dx) {
    compare(outcome, `${testCase.id} dy/dx`, tf.grad(bound.apply)(tf.tensor1d(x)), testCase.dy_dx, 1e-6);
  }
});
