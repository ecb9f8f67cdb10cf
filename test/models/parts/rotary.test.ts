import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { ropeFrequencies, rotate, rotation } from "../../../src/models/parts/rotary";
import { close, leavesNothing } from "../../close";

before(() => selectBackend());

test("pairs (i, i + C/2) turn by position · base^(−2i/C), in each head", () => {
  const x_ND = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8], [2, 8]);
  const turned = ([a, b]: number[], angle: number) => [
    a * Math.cos(angle) - b * Math.sin(angle),
    b * Math.cos(angle) + a * Math.sin(angle),
  ];
  const at = (position: number, first: number) => {
    const [a, c] = turned([first, first + 2], position);
    const [b, d] = turned([first + 1, first + 3], position / 10);
    return [a, b, c, d];
  };
  const angles = rotation([[0, 7]], ropeFrequencies(4, { base: 100 }));
  close(rotate(x_ND, angles), [...at(0, 1), ...at(0, 5), ...at(7, 1), ...at(7, 5)]);
  leavesNothing(() => rotate(x_ND, angles));
  leavesNothing(() => ({ ...rotation([[0, 7]], [1, 0.1]) }));
});

test("scaled frequencies are those of Transformers", () => {
  const near = (found: number[], expected: number[]) => {
    for (const [i, x] of found.entries()) assert.ok(Math.abs(x / expected[i] - 1) < 1e-6, `${x}, not ${expected[i]}`);
  };
  near(ropeFrequencies(4, { base: 100, scaling: { type: "linear", factor: 4 } }), [0.25, 0.025]);
  // transformers 5.23.0: ROPE_INIT_FUNCTIONS["llama3"] for Llama 3.2's parameters, head width 16
  const scaling = { type: "llama3", factor: 32, lowFrequency: 1, highFrequency: 4, trainedContext: 8192 } as const;
  near(
    ropeFrequencies(16, { base: 500000, scaling }),
    [1.0, 0.193922758, 0.0376060307, 0.00729266508, 0.000429556705, 8.57025589e-6, 1.66196742e-6, 3.22293289e-7],
  );
});
