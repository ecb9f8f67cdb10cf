import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { openSafetensors } from "../../src/weights/safetensors";
import { type FloatFormat, writeSafetensors } from "../../src/weights/write-safetensors";
import { temporaryFolder } from "../temporary";

const source = (name: string, shape: number[], ...numbers: number[]) => ({
  name,
  shape,
  values: () => Float32Array.from(numbers),
});

test("what is written is read again, in each format, with data at a multiple of eight bytes", async t => {
  const file = path.join(temporaryFolder(t), "sub", "x.safetensors");
  const [third, rounded] = [1 / 3, { F32: Math.fround(1 / 3), F16: 0.333251953125, BF16: 0.333984375 }];
  for (const format of ["F32", "F16", "BF16"] as FloatFormat[]) {
    await writeSafetensors(file, [source("b", [2, 1], 1.5, -third), source("a", [], 7), source("none", [0])], {
      format,
      metadata: { format: "pt" },
    });
    const read = openSafetensors(file);
    const found = [...read.tensors.values()].map(({ name, shape, format, read }) => [name, shape, format, [...read()]]);
    assert.deepEqual(found, [
      ["b", [2, 1], format, [1.5, -rounded[format]]],
      ["a", [], format, [7]],
      ["none", [0], format, []],
    ]);
    assert.deepEqual(read.metadata, { format: "pt" });
    assert.equal(readFileSync(file).readUInt32LE(0) % 8, 0);
    read.close();
  }
});

test("values are asked for one tensor after the other", async t => {
  const asked: string[] = [];
  const values = (name: string) => () => {
    asked.push(name);
    return Float32Array.of(1);
  };
  const tensors = ["a", "b"].map(name => ({ name, shape: [1], values: values(name) }));
  await writeSafetensors(path.join(temporaryFolder(t), "x.safetensors"), tensors);
  assert.deepEqual(asked, ["a", "b"]);
});

test("what is refused leaves the file that was there", async t => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, "x.safetensors");
  await writeSafetensors(file, [source("a", [1], 1)]);
  const before = readFileSync(file);
  const table: [why: RegExp, tensors: ReturnType<typeof source>[], format?: FloatFormat][] = [
    [/x\.safetensors: the name "a" is taken/, [source("a", [1], 1), source("a", [1], 1)]],
    [/the name "__metadata__" is taken/, [source("__metadata__", [1], 1)]],
    [/tensor b has 2 values for shape \[3\]/, [source("a", [1], 1), source("b", [3], 1, 2)]],
    [/tensor a contains values that are not finite/, [source("a", [1], NaN)]],
    [/tensor a contains values too large for F16\. Use the format "F32"/, [source("a", [1], 70000)], "F16"],
  ];
  for (const [why, tensors, format] of table) await assert.rejects(writeSafetensors(file, tensors, { format }), why);
  assert.deepEqual(readdirSync(folder), ["x.safetensors"]);
  assert.deepEqual(readFileSync(file), before);
});
