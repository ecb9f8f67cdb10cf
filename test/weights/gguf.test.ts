import assert from "node:assert/strict";
import { closeSync, openSync, truncateSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { openGguf } from "../../src/weights/gguf";
import { type FileTensor, ggufFile } from "../gguf-file";
import { temporaryFile, temporaryFolder } from "../temporary";

const float32 = (name: string, shape: number[], values: number[]): FileTensor => ({
  name,
  shape,
  type: 0,
  bytes: new Uint8Array(new Float32Array(values).buffer),
});
const a = float32("a.weight", [2, 3], [1, 2, 3, 4, 5, 6]);
const halves: FileTensor = { name: "b.weight", shape: [3], type: 1, bytes: Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0) };
const whole = ggufFile({ "general.architecture": "test", sizes: [3, 4] }, [a, halves]);

const opened = (t: TestContext, bytes: Uint8Array) => openGguf(temporaryFile(t, "tiny.gguf", bytes));

test("metadata, shapes outermost first, and values", async t => {
  const file = await opened(t, whole.bytes);
  t.after(file.close);
  assert.equal(file.metadata["general.architecture"], "test");
  assert.deepEqual(file.metadata.sizes, [3, 4]);
  const read = [...file.tensors.values()].map(({ name, shape, format, read }) => [name, shape, format, [...read()]]);
  assert.deepEqual(read, [
    ["a.weight", [2, 3], "F32", [1, 2, 3, 4, 5, 6]],
    ["b.weight", [3], "F16", [1, -2, 0]],
  ]);
});

test("a missing file", async t => {
  const file = path.join(temporaryFolder(t), "none.gguf");
  await assert.rejects(openGguf(file), {
    message: `none.gguf: there is no file ${file}. Check the path, or fetch the file.`,
  });
});

test("no GGUF file, or an empty one", async t => {
  for (const text of ["GGML, not GGUF", ""])
    await assert.rejects(
      opened(t, Buffer.from(text)),
      /^Error: tiny\.gguf: no GGUF header can be read .*delete it and fetch it again/,
    );
});

test("wherever the file breaks off, the error says that it is incomplete", async t => {
  const { bytes, dataAt } = whole;
  const entries = bytes.indexOf("a.weight") - 8;
  for (const length of [
    5,
    8,
    20,
    30,
    entries,
    entries + 12,
    entries + 30,
    dataAt - 40,
    dataAt,
    dataAt + 20,
    dataAt + 32,
  ])
    await assert.rejects(
      opened(t, bytes.subarray(0, length)),
      /^Error: tiny\.gguf: .* The file is damaged or incomplete: delete it and fetch it again\.$/,
      `${length} of ${bytes.length} bytes`,
    );
});

test("a file that shrinks after it was opened", async t => {
  const name = temporaryFile(t, "tiny.gguf", whole.bytes);
  const file = await openGguf(name);
  t.after(file.close);
  truncateSync(name, whole.dataAt + 10);
  assert.throws(() => file.tensors.get("a.weight")!.read(), /tiny\.gguf: tensor "a\.weight" ends after 10 of 24 bytes/);
});

test("tensors that no file can hold", async t => {
  const two = (second: Partial<FileTensor>) => ggufFile({}, [a, { ...halves, ...second }]).bytes;
  const moved = (offset: number) => {
    const bytes = ggufFile({}, [a, halves]).bytes;
    const at = bytes.indexOf("b.weight") + 8 + 4 + 8 + 4; // after its name, axes and format
    bytes.writeBigUInt64LE(BigInt(offset), at);
    return bytes;
  };
  const table: [why: RegExp, bytes: Buffer][] = [
    [/tensor "b\.weight" has number format 9\. Use a file in F32, F16, .*Q6_K/, two({ type: 9 })],
    [/tensor "b\.weight" of shape \[3\] is not a whole number of Q8_0 blocks\. .*fetch/, two({ type: 8 })],
    [/tensor "b\.weight" of shape \[64,3\] is not a whole number of Q8_0 blocks/, two({ type: 8, shape: [64, 3] })],
    [/tensor "b\.weight" of shape \[9007199254740991,2\] is not a whole number/, two({ shape: [2 ** 53 - 1, 2] })],
    [/tensor "b\.weight" has 5 axes/, two({ shape: [1, 1, 1, 1, 3] })],
    [/tensor "a\.weight" occurs twice/, two({ name: "a.weight" })],
    [/tensors "b\.weight" and "a\.weight" overlap/, moved(0)],
    [/the offset 33 of tensor "b\.weight" is not a multiple of 32/, moved(33)],
    [/it ends at byte \d+, but tensor "b\.weight" reaches to byte \d+/, moved(2 ** 40)],
  ];
  for (const [why, bytes] of table) await assert.rejects(opened(t, bytes), why);
});

test("a header that claims more than the file holds is refused at once", async t => {
  const header = (version: number, tensors: bigint, entries: bigint, ...rest: Uint8Array[]) => {
    const bytes = Buffer.alloc(24);
    bytes.write("GGUF");
    bytes.writeUInt32LE(version, 4);
    bytes.writeBigUInt64LE(tensors, 8);
    bytes.writeBigUInt64LE(entries, 16);
    return Buffer.concat([bytes, ...rest]);
  };
  /** An entry called "k" of this type, whose value is these words of four bytes. */
  const entry = (type: number, ...words: number[]) =>
    Buffer.concat([Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 107), new Uint8Array(Uint32Array.of(type, ...words).buffer)]);
  const zeros = new Uint8Array(64);
  const table: [why: RegExp, bytes: Uint8Array][] = [
    [/it is of GGUF version 1\. Use a file of version 2 or 3/, header(1, 0n, 0n)],
    [/it is of GGUF version 50331648/, header(3 << 24, 0n, 0n)],
    [/its header claims 10000000 tensors in 24 bytes/, header(3, 10_000_000n, 0n)],
    [/its header claims \d+ metadata entries/, header(3, 0n, 2n ** 63n)],
    [/its header claims 1000000 list entries/, header(3, 0n, 1n, entry(9, 8, 1_000_000, 0), zeros)],
    [/its metadata holds a list of type 9/, header(3, 0n, 1n, entry(9, 9, 1, 0), zeros)],
    [/its metadata holds a list of type 77/, header(3, 0n, 1n, entry(9, 77, 1, 0), zeros)],
    [/its metadata entry "k" has type 13/, header(3, 0n, 1n, entry(13, 0), zeros)],
    [/its metadata has "k" twice/, header(3, 0n, 2n, entry(4, 1), entry(4, 1), zeros)],
    [/it ends at byte \d+, inside its header/, header(3, 0n, 1n, entry(8, 2 ** 31, 1), zeros)],
  ];
  for (const [why, bytes] of table) await assert.rejects(opened(t, bytes), why);
});

test("metadata under any name", async t => {
  const file = await opened(t, ggufFile({ text: "é", whole: 7, part: 0.5, ["__proto__"]: 3 }, [a]).bytes);
  t.after(file.close);
  assert.deepEqual(Object.entries(file.metadata), [
    ["text", "é"],
    ["whole", 7],
    ["part", 0.5],
    ["__proto__", 3],
  ]);
});

test("values that are not finite", async t => {
  const file = await opened(t, ggufFile({}, [float32("n", [2], [1, NaN])]).bytes);
  t.after(file.close);
  assert.throws(file.tensors.get("n")!.read, /tiny\.gguf: tensor "n" contains values that are not finite\./);
});

test("an error leaves no file open", async t => {
  const broken = temporaryFile(t, "broken.gguf", ggufFile({}, [{ ...a, type: 9 }]).bytes);
  const next = () => {
    const handle = openSync(broken, "r"); // the lowest free number
    closeSync(handle);
    return handle;
  };
  const before = next();
  for (let i = 0; i < 3; i++) await assert.rejects(openGguf(broken));
  assert.equal(next(), before);
});
