import assert from "node:assert/strict";
import { test } from "node:test";
import { allFinite, decodeBF16, decodeF16, encodeBF16, encodeF16, halfToFloat } from "../../src/weights/half-precision";

test("half-precision numbers: normal, smallest and largest, subnormal, infinite, not a number", () => {
  const table: [bits: number, value: number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x03ff, 1023 * 2 ** -24],
    [0x8001, -(2 ** -24)],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ];
  for (const [bits, value] of table) assert.ok(Object.is(halfToFloat(bits), value), `${bits} is ${halfToFloat(bits)}`);
});

const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

test("every half-precision number survives float32 and back", () => {
  const values = new Float32Array(65536);
  decodeF16(every, values);
  assert.deepEqual([...values], Array.from(every, halfToFloat));
  const back = encodeF16(values);
  for (const bits of every) assert.equal(back[bits], Number.isNaN(values[bits]) ? 0x7e00 : bits);
});

test("every bfloat16 number survives float32 and back", () => {
  const values = new Float32Array(65536);
  decodeBF16(every, values);
  assert.deepEqual([values[0x3f80], values[0xc040], values[0x7f80]], [1, -3, Infinity]);
  const back = encodeBF16(values);
  for (const bits of every) assert.equal(back[bits], Number.isNaN(values[bits]) ? bits | 0x40 : bits);
});

test("numbers between two are rounded to the nearer one, ties to the even one", () => {
  const half = 2 ** -11; // half of the distance between half-precision numbers just above 1
  const table: [value: number, f16: number, bf16: number][] = [
    [1 + half, 0x3c00, 0x3f80],
    [1 + 3 * half, 0x3c02, 0x3f80],
    [1 + 1.01 * half, 0x3c01, 0x3f80],
    [65519, 0x7bff, 0x4780],
    [-65520, 0xfc00, 0xc780],
    [2 ** -25, 0x0000, 0x3300],
    [1.01 * 2 ** -25, 0x0001, 0x3301],
    [-3 * 2 ** -25, 0x8002, 0xb3c0],
    [1 + 2 ** -8, 0x3c04, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3c0c, 0x3f82],
    [3.4028234e38, 0x7c00, 0x7f80],
  ];
  const values = Float32Array.from(table, ([value]) => value);
  assert.deepEqual(
    [...encodeF16(values)],
    Array.from(table, row => row[1]),
  );
  assert.deepEqual(
    [...encodeBF16(values)],
    Array.from(table, row => row[2]),
  );
});

test("a value that is not finite is seen wherever it stands", () => {
  assert.ok(allFinite(Float32Array.of(0, -0, 3.4028234e38, -1e-45)));
  for (const bad of [NaN, Infinity, -Infinity]) assert.ok(!allFinite(Float32Array.of(1, 2, bad)));
});
