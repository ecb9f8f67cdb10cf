import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formats } from "../../src/weights/quantization";
import { inRepository } from "../repository";

const { cases } = JSON.parse(readFileSync(inRepository("test", "golden", "gguf_blocks.json"), "utf8"));

for (const { format, type, bytes, values } of cases) {
  test(`${format}: the values of the Python package gguf`, () => {
    assert.equal(formats[type].name, format);
    const decoded = new Float32Array(values.length);
    formats[type].decode(Uint8Array.from(Buffer.from(bytes, "base64")), decoded);
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
  const decoded = new Float32Array(2);
  formats[0].decode(bytes, decoded);
  assert.deepEqual([...decoded], [1.5, Math.fround(-2e-30)]);
});
