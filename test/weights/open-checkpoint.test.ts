import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { openCheckpoint } from "../../src/weights/open-checkpoint";
import { fileTensors, ggufFile, tinyMetadata } from "../gguf-file";
import { safetensorsFile } from "../safetensors-file";
import { temporaryFolder } from "../temporary";
import { tinyWeights } from "../tiny-llama";

/** A safetensors file of one-number tensors. */
const numbers = (values: Record<string, number>) => {
  const entries = Object.keys(values).map((name, i) => [
    name,
    { dtype: "F32", shape: [1], data_offsets: [4 * i, 4 * i + 4] },
  ]);
  const data = Float32Array.from(Object.values(values));
  return safetensorsFile(Object.fromEntries(entries), new Uint8Array(data.buffer));
};
const gguf = ggufFile(tinyMetadata, fileTensors(tinyWeights())).bytes;

function folderOf(t: TestContext, files: Record<string, string | Uint8Array | object>): string {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content);
    writeFileSync(path.join(folder, name), bytes);
  }
  return folder;
}

async function contentOf(place: string) {
  const checkpoint = await openCheckpoint(place);
  const values = [...checkpoint.tensors].map(([name, { read }]) => [name, read()[0]]);
  checkpoint.close();
  return { ...checkpoint, values: Object.fromEntries(values) };
}

const config = { model_type: "llama" };
const sharded = {
  "config.json": config,
  "model.safetensors.index.json": {
    metadata: { total_size: 12 },
    weight_map: { a: "1.safetensors", c: "2.safetensors", b: "1.safetensors" },
  },
  "1.safetensors": numbers({ a: 1, b: 2 }),
  "2.safetensors": numbers({ c: 3 }),
};

test("a folder, with and without tokenizer, and the file in it", async t => {
  const folder = folderOf(t, {
    "config.json": config,
    "model.safetensors": numbers({ a: 1, b: 2 }),
    "tokenizer.json": { version: "1.0" },
    "tokenizer_config.json": { eos_token: "</s>" },
  });
  for (const place of [folder, path.join(folder, "model.safetensors")]) {
    const found = await contentOf(place);
    assert.deepEqual(found.values, { a: 1, b: 2 });
    assert.deepEqual(found.config, config);
    assert.deepEqual([found.tokenizer, found.tokenizerConfig], [{ version: "1.0" }, { eos_token: "</s>" }]);
    assert.equal(found.where, "model.safetensors");
  }
  const bare = await contentOf(folderOf(t, { "config.json": config, "model.safetensors": numbers({ a: 1 }) }));
  assert.deepEqual([bare.tokenizer, bare.tokenizerConfig], [undefined, undefined]);
});

test("shards as their index says", async t => {
  const found = await contentOf(folderOf(t, sharded));
  assert.deepEqual(found.values, { a: 1, b: 2, c: 3 });
});

test("a GGUF file, and a folder with one", async t => {
  const folder = folderOf(t, { "tiny.gguf": gguf, "README.md": "" });
  for (const place of [folder, path.join(folder, "tiny.gguf")]) {
    const found = await contentOf(place);
    assert.equal(found.config.model_type, "llama");
    assert.ok("model.norm.weight" in found.values);
  }
});

test("what does not fit together is named, and leaves no file open", async t => {
  const index = (weight_map: unknown) => ({ ...sharded, "model.safetensors.index.json": { weight_map } });
  const map = sharded["model.safetensors.index.json"].weight_map;
  const whole = { "config.json": config, "model.safetensors": numbers({ a: 1 }) };
  const table: [why: RegExp, files: Record<string, string | Uint8Array | object>][] = [
    [/the folder contains no model\.safetensors, .*\. Give the folder or file of a model/, {}],
    [/pytorch_model\.bin to safetensors: loading it could run arbitrary code/, { "pytorch_model.bin": "" }],
    [/the folder contains 2 \.gguf files\. Name one: a\.gguf, b\.gguf\./, { "a.gguf": gguf, "b.gguf": gguf }],
    [/config\.json: it cannot be read/, { "model.safetensors": numbers({ a: 1 }) }],
    [/config\.json: it is not a JSON object/, { ...whole, "config.json": "[]" }],
    [/config\.json: it has 1\d+ bytes, more than 10000000/, { ...whole, "config.json": " ".repeat(10_000_001) }],
    [/config\.json: it is nested deeper/, { ...whole, "config.json": `{"a":${"[".repeat(1e6)}` }],
    [
      /model\.safetensors: its configuration has n_layer = 1000000000 for 1 tensors/,
      { ...whole, "config.json": { n_layer: 1e9 } },
    ],
    [/tokenizer\.json: it is not JSON/, { ...whole, "tokenizer.json": "{" }],
    [/index\.json: it contains no weight_map/, index(null)],
    [/index\.json: it contains no weight_map/, index([])],
    [/index\.json: it names the file "\.\.\/1\.safetensors"\. Shards must be/, index({ a: "../1.safetensors" })],
    [/it names the file "\/etc\/x\.safetensors"/, index({ a: "/etc/x.safetensors" })],
    [/it names the file "\.\.\\\\1\.safetensors"/, index({ a: "..\\1.safetensors" })],
    [/it names the file "1\\u0000\.safetensors"/, index({ a: "1\0.safetensors" })],
    [/it names the file "config\.json"/, index({ a: "config.json" })],
    [/it names the file 7/, index({ a: 7 })],
    [/3\.safetensors: there is no file/, index({ ...map, d: "3.safetensors" })],
    [
      /1 of its tensors are missing in their files, for example "d" in 2\.safetensors/,
      index({ ...map, d: "2.safetensors" }),
    ],
    [/it does not say that 1\.safetensors contains tensor "b"/, index({ a: "1.safetensors", c: "2.safetensors" })],
    [
      /it does not say that 2\.safetensors contains tensor "a"/,
      { ...sharded, "2.safetensors": numbers({ a: 1, c: 3 }) },
    ],
  ];
  const handles = () => readdirSync("/proc/self/fd").length;
  const before = handles();
  for (const [why, files] of table) await assert.rejects(openCheckpoint(folderOf(t, files)), why);
  assert.equal(handles(), before);
  for (const place of ["/none/such", "/none/such.gguf", "/none/such.safetensors", "nul\0", "nul\0.gguf"])
    await assert.rejects(openCheckpoint(place), /^Error: .*\. (Give|Check) /, place);
});
