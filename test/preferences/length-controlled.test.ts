import assert from "node:assert/strict";
import { test } from "node:test";
import { lengthControlled } from "../../src/preferences/length-controlled";
import type { SampledText } from "../../src/preferences/meteor-score";

const text = (length: number) => Array(length).fill("word").join(" ");
const sample = (index: number, length: number): SampledText => ({ index, text: text(length) });
const scored = (values: number[]) => ({ name: "given", apply: async () => Float32Array.from(values) });
const apply = async (values: number[], samples: SampledText[]) => [
  ...(await lengthControlled(scored(values)).apply(samples)),
];

test("what length explains is taken off, by one slope within references", async () => {
  const samples = [sample(0, 2), sample(0, 4), sample(1, 3), sample(1, 5)];
  // Half a point a word within both references, whatever lies between them.
  assert.deepEqual(await apply([1, 2, 7.5, 8.5], samples), [0, 0, 6, 6]);
  // Slopes 1 and 0: the least squares' is 1/2.
  assert.deepEqual(await apply([2, 4, 1, 1], samples), [1, 2, -0.5, -1.5]);
});

test("samples of one length keep their scores", async () =>
  assert.deepEqual(await apply([3, 1], [sample(0, 4), sample(0, 4)]), [3, 1]));
