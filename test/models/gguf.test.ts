import assert from "node:assert/strict";
import { closeSync, openSync, truncateSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { openGguf } from "../../src/models/gguf";
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
  await assert.rejects(openGguf(file), error => {
    assert.equal((error as Error).message, `none.gguf: there is no file ${file}. Run \`npm run setup\` to fetch it.`);
    return true;
  });
});

test("no GGUF file, or an empty one", async t => {
  for (const text of ["GGML, not GGUF", ""])
    await assert.rejects(
      opened(t, Buffer.from(text)),
      /^Error: tiny\.gguf: no GGUF header can be read .*delete it and run/,
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
      /^Error: tiny\.gguf: .* The file is damaged or incomplete: delete it and run `npm run setup` to fetch it again\.$/,
      `${length} of ${bytes.length} bytes`,
    );
});

test("a file that shrinks after it was opened", async t => {
  const name = temporaryFile(t, "tiny.gguf", whole.bytes);
  const file = await openGguf(name);
  t.after(file.close);
  truncateSync(name, whole.dataAt + 10);
  assert.throws(() => file.tensors.get("a.weight")!.read(), /tiny\.gguf: tensor a\.weight breaks off after 10 bytes/);
});

test("a number format that is not read, and a shape that does not fill blocks", async t => {
  const table: [FileTensor, RegExp][] = [
    [{ ...a, type: 7 }, /tiny\.gguf: tensor a\.weight has number format 7\. Use a file in F32, F16, .*Q6_K\./],
    [{ ...a, type: 8 }, /tiny\.gguf: a\.weight: shape \[2,3\] is no whole number of Q8_0 blocks\. The file is damaged/],
  ];
  for (const [tensor, message] of table) await assert.rejects(opened(t, ggufFile({}, [tensor]).bytes), message);
});

test("an error leaves no file open", async t => {
  const broken = temporaryFile(t, "broken.gguf", ggufFile({}, [{ ...a, type: 7 }]).bytes);
  const next = () => {
    const handle = openSync(broken, "r"); // the lowest free number
    closeSync(handle);
    return handle;
  };
  const before = next();
  for (let i = 0; i < 3; i++) await assert.rejects(openGguf(broken));
  assert.equal(next(), before);
});
