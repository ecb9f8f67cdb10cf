import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schedule } from "../../src/core/schedule";
import { cosine, geometric, inverseSquareRoot, linear, stepwise, warmedUp } from "../../src/training/schedules";

const third = 1 / 3;
// Of steps 0 to 11. Those with a warm-up of 3 of 10 steps are the get_*_schedule_with_warmup of Transformers 5.23
// (whose cosine rises again after its end), stepwise is PyTorch's MultiStepLR.
const table: [name: string, schedule: Schedule, expected: number[]][] = [
  ["geometric", geometric(0.8, 0.1, 4), [0.8, 0.4, 0.2, 0.1, 0.1]],
  ["geometric over one step", geometric(2, 3, 1), [2, 3]],
  ["linear", linear(1, 0, 10), [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0]],
  ["warm-up, then constant", warmedUp(3, 1), [0, third, 2 * third, 1, 1, 1, 1]],
  [
    "warm-up, then linear",
    warmedUp(3, linear(1, 0, 7)),
    [0, third, 2 * third, 1, 0.857142857, 0.714285714, 0.571428571, 0.428571429, 0.285714286, 0.142857143, 0, 0],
  ],
  [
    "warm-up, then cosine",
    warmedUp(3, cosine(1, 0, 7)),
    [0, third, 2 * third, 1, 0.950484434, 0.811744901, 0.611260467, 0.388739533, 0.188255099, 0.049515566, 0, 0],
  ],
  [
    "warm-up, then inverse square root",
    warmedUp(3, inverseSquareRoot(1, 3)),
    [0, third, 2 * third, 1, 0.866025404, 0.774596669, Math.SQRT1_2, 0.654653671, 0.612372436, 0.577350269],
  ],
  ["inverse square root", inverseSquareRoot(2, 4), [2, 1.788854382, 1.632993162, 1.511857892]],
  ["stepwise", stepwise(1, 0.1, [3, 7]), [1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]],
  ["no warm-up", warmedUp(0, 0.5), [0.5, 0.5]],
];

for (const [name, schedule, expected] of table)
  test(name, () => {
    for (const [step, rate] of expected.entries())
      assert.ok(Math.abs(schedule(step) - rate) < 1e-9, `step ${step}: ${schedule(step)}, not ${rate}`);
  });
