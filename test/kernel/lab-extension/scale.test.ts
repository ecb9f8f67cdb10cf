import assert from "node:assert/strict";
import { test } from "node:test";
import { number, shown } from "../../../kernel/lab-extension/scale";

const style = (color: string, line: number) =>
  `background: rgb(${color}); border-bottom-width: ${line}px; padding-bottom: ${5 - line}px`;

test("a reward is a color, the thickness of a line and a number", () => {
  const table: [number | null, [number, number], string, string][] = [
    [0, [0, 1], style("251, 243, 196", 0), "0"],
    [1, [0, 1], style("86, 180, 233", 5), "1"],
    [0.4, [0, 1], style("185, 218, 211", 2), "0.4"],
    [2, [0, 1], style("86, 180, 233", 5), "2"],
    [-4, [-4, 2], style("230, 159, 0", 5), "-4"],
    [2, [-4, 2], style("169, 212, 215", 3), "2"],
    [0.5, [0.5, 0.5], style("251, 243, 196", 0), "0.5"],
    [null, [0, 1], "", ""],
  ];
  for (const [reward, range, css, text] of table)
    assert.deepEqual(shown(reward, range), { style: css, text }, `${reward}`);
});

test("numbers are short and keep small values apart", () => {
  assert.deepEqual([0.12345, 12.3456, 0.00012345, 123456, -0.5].map(number), [
    "0.123",
    "12.346",
    "0.0001234",
    "1.235e+5",
    "-0.5",
  ]);
});
