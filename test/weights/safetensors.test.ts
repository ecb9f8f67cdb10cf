import assert from "node:assert/strict";
import { readdirSync, truncateSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { openSafetensors } from "../../src/weights/safetensors";
import { safetensorsFile } from "../safetensors-file";
import { temporaryFile, temporaryFolder } from "../temporary";

const opened = (t: TestContext, bytes: Uint8Array) => openSafetensors(temporaryFile(t, "tiny.safetensors", bytes));
const a = { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] };
const b = { dtype: "F16", shape: [3], data_offsets: [24, 30] };
const data = Buffer.concat([
  new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
  Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0),
]);

test("names, shapes, metadata and values", t => {
  const file = opened(t, safetensorsFile({ __metadata__: { format: "pt" }, b, a }, data));
  t.after(file.close);
  assert.deepEqual(file.metadata, { format: "pt" });
  const read = [...file.tensors.values()].map(({ name, shape, format, read }) => [name, shape, format, [...read()]]);
  assert.deepEqual(read, [
    ["a", [2, 3], "F32", [1, 2, 3, 4, 5, 6]],
    ["b", [3], "F16", [1, -2, 0]],
  ]);
});

test("number formats", t => {
  const table: [dtype: string, bytes: ArrayBuffer, values: number[]][] = [
    ["F64", Float64Array.of(1.5, -2).buffer, [1.5, -2]],
    ["BF16", Uint16Array.of(0x3f80, 0xc040).buffer, [1, -3]],
    ["I64", BigInt64Array.of(-1n, 2n ** 40n).buffer, [-1, 2 ** 40]],
    ["I32", Int32Array.of(-5, 6).buffer, [-5, 6]],
    ["I16", Int16Array.of(-5, 6).buffer, [-5, 6]],
    ["I8", Int8Array.of(-5, 6).buffer, [-5, 6]],
    ["U8", Uint8Array.of(250, 6).buffer, [250, 6]],
    ["BOOL", Uint8Array.of(1, 0).buffer, [1, 0]],
  ];
  for (const [dtype, bytes, values] of table) {
    const header = { x: { dtype, shape: [2], data_offsets: [0, bytes.byteLength] } };
    const file = opened(t, safetensorsFile(header, new Uint8Array(bytes)));
    assert.deepEqual([...file.tensors.get("x")!.read()], values, dtype);
    file.close();
  }
});

test("a scalar, an empty tensor, an empty file, and a name like any other", t => {
  const header = {
    scalar: { dtype: "F32", shape: [], data_offsets: [0, 4] },
    empty: { dtype: "F32", shape: [0, 7], data_offsets: [4, 4] },
    ["__proto__"]: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
  };
  const file = opened(t, safetensorsFile(header, new Uint8Array(Float32Array.of(3, 4).buffer)));
  assert.deepEqual([...file.tensors.get("scalar")!.read()], [3]);
  assert.deepEqual([...file.tensors.get("empty")!.read()], []);
  assert.deepEqual([...file.tensors.get("__proto__")!.read()], [4]);
  file.close();
  const none = opened(t, safetensorsFile({}, new Uint8Array(0)));
  assert.equal(none.tensors.size, 0);
  none.close();
});

test("a header that breaks a rule of the format is refused", t => {
  const length = (bytes: bigint) => {
    const file = Buffer.alloc(40, " ");
    file.writeBigUInt64LE(bytes);
    return file;
  };
  const table: [why: RegExp, header: object | string | Buffer, data?: Uint8Array][] = [
    [/it has 3 bytes, too few for a header/, Buffer.alloc(3)],
    [/its header claims 1\d+ bytes, more than 100000000/, length(2n ** 60n)],
    [/it ends at byte 40, inside its header/, length(33n)],
    [/header: it is not JSON/, "{nonsense"],
    [/header: it is not a JSON object/, "[]"],
    [/header: the key "a" occurs twice/, '{"a": 1, "a": 2}'],
    [/tensor "a" is not described by an object/, { a: null }],
    [/tensor "a" has the unknown dtype "F33"/, { a: { ...a, dtype: "F33" } }],
    [/tensor "a" has the unknown dtype "toString"/, { a: { ...a, dtype: "toString" } }],
    [/tensor "a" has the unknown dtype undefined/, { a: {} }],
    [/tensor "a" has shape \[2,-3\]/, { a: { ...a, shape: [2, -3] } }],
    [/tensor "a" has shape \[2.5,2\]/, { a: { ...a, shape: [2.5, 2] } }],
    [/tensor "a" has shape 6/, { a: { ...a, shape: 6 } }],
    [/tensor "a" has shape \[9007199254740991,2\] of F32, but 24 bytes/, { a: { ...a, shape: [2 ** 53 - 1, 2] } }],
    [/tensor "a" has shape \[2,3\] of F64, but 24 bytes/, { a: { ...a, dtype: "F64" } }],
    [/tensor "a" has data_offsets \[24,0\]/, { a: { ...a, data_offsets: [24, 0] } }],
    [/tensor "a" has data_offsets \[0,24,30\]/, { a: { ...a, data_offsets: [0, 24, 30] } }],
    [/tensor "b" begins at byte \d+, but the data before it ends at/, { b }],
    [/tensor "c" begins at byte/, { a, b, c: a }],
    [/its tensors end at byte \d+, but the file at/, { a }],
    [/its tensors end at byte \d+, but the file at/, { a, b }, data.subarray(0, 29)],
    [/its __metadata__ is not an object of texts/, { __metadata__: { step: 3 }, a, b }],
  ];
  for (const [why, header, bytes = data] of table) {
    const file = Buffer.isBuffer(header) ? header : safetensorsFile(header, bytes);
    assert.throws(
      () => opened(t, file),
      error =>
        why.test((error as Error).message) && /^tiny\.safetensors: .*(fetch|replace) /.test((error as Error).message),
      `${why} for ${JSON.stringify(header)}`,
    );
  }
});

test("values that are not finite, a dtype that is not read, a file that shrinks", t => {
  const nan = opened(
    t,
    safetensorsFile({ x: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, Uint8Array.of(0xc0, 0x7f)),
  );
  assert.throws(nan.tensors.get("x")!.read, /tiny\.safetensors: tensor "x" contains values that are not finite\./);
  const f8 = opened(
    t,
    safetensorsFile({ x: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, Uint8Array.of(1)),
  );
  assert.throws(f8.tensors.get("x")!.read, /tensor "x" has dtype F8_E4M3\. Use a file in F32, F16/);
  const name = temporaryFile(t, "tiny.safetensors", safetensorsFile({ a, b }, data));
  const file = openSafetensors(name);
  truncateSync(name, 100);
  assert.throws(file.tensors.get("b")!.read, /tiny\.safetensors: tensor "b" ends after \d of 6 bytes/);
  for (const { close } of [nan, f8, file]) close();
});

test("no file, and no handle left open", t => {
  const folder = temporaryFolder(t);
  assert.throws(() => openSafetensors(path.join(folder, "x.safetensors")), /x\.safetensors: there is no file .*fetch/);
  assert.throws(() => openSafetensors(folder), /is not a file\. Give the path of a weights file/);
  writeFileSync(path.join(folder, "y.safetensors"), "broken");
  const handles = () => readdirSync("/proc/self/fd").length;
  const before = handles();
  for (let i = 0; i < 3; i++) assert.throws(() => openSafetensors(path.join(folder, "y.safetensors")));
  assert.equal(handles(), before);
});
