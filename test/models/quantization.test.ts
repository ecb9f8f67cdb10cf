import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode, formats, halfToFloat } from "../../src/models/quantization";
import { inRepository } from "../repository";

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

const { cases } = JSON.parse(readFileSync(inRepository("test", "golden", "gguf_blocks.json"), "utf8"));

for (const { format, type, bytes, values } of cases) {
  test(`${format}: the values of the Python package gguf`, () => {
    assert.equal(formats[type].name, format);
    const decoded = decode(formats[type], Buffer.from(bytes, "base64"), values.length);
    for (const [i, x] of decoded.entries()) {
      assert.ok(Math.abs(x - values[i]) <= 1e-6 * (1 + Math.abs(values[i])), `value ${i} is ${x}, not ${values[i]}`);
    }
  });
}

test("every format has golden blocks, or is plain float32", () => {
  const golden = new Set(cases.map(({ type }: { type: number }) => type));
  const rest = Object.keys(formats).filter(type => !golden.has(Number(type)));
  assert.deepEqual(
    rest.filter(type => type !== "0"),
    [],
  );
  const bytes = new Uint8Array(new Float32Array([1.5, -2e-30]).buffer);
  assert.deepEqual([...decode(formats[0], bytes, 2)], [1.5, Math.fround(-2e-30)]);
});
