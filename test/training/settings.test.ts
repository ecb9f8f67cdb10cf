import assert from "node:assert/strict";
import { test } from "node:test";
import { linear } from "../../src/training/schedules";
import { checkSameSettings, settingsOf } from "../../src/training/settings";

const options = (rate: number, seed = 0) => ({
  learningRate: linear(rate, 0, 100),
  objectives: [{ name: "kl", weight: 0.5, loss: () => 1 }],
  rng: [String(seed)],
  missing: undefined,
});

test("schedules stand as their values, other functions are left out", () => {
  const { learningRate, ...rest } = settingsOf(options(1)) as { learningRate: Record<string, number> };
  const at = [0, 1, 99, 1000].map(step => learningRate[`step ${step}`]);
  assert.deepEqual(at, [1, 0.99, linear(1, 0, 100)(99), 0]);
  assert.deepEqual(rest, { objectives: [{ name: "kl", weight: 0.5 }], rng: ["0"] });
});

test("the first option that differs is named", () => {
  const [a, b] = [settingsOf(options(1)), settingsOf(options(1))];
  checkSameSettings("train", a, b);
  const table: [object, RegExp][] = [
    [
      settingsOf(options(2)),
      /^Error: train: learningRate\.step 0 is 1, but 2 in the checkpoint\. Resume with the options/,
    ],
    [settingsOf(options(1, 4)), /train: rng\.0 is "0", but "4" in the checkpoint/],
    [{ ...a, steps: 3 }, /train: steps is not given, but 3 in the checkpoint/],
  ];
  for (const [then, message] of table) assert.throws(() => checkSameSettings("train", a, then), message);
});
