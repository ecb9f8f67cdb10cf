import assert from "node:assert/strict";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, type TestContext, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { type Rng, seeded } from "../../src/core/random";
import { read } from "../../src/core/tidy";
import { loadCausalLm } from "../../src/models/causal/load";
import { bytesOf } from "../../src/weights/binary-file";
import { encodeF16 } from "../../src/weights/half-precision";
import { openCheckpoint } from "../../src/weights/open-checkpoint";
import { loadParameters } from "../../src/weights/parameters";
import { saveCheckpoint } from "../../src/weights/save-checkpoint";
import { writeSafetensors } from "../../src/weights/write-safetensors";
import { fileTensors, ggufFile, tinyMetadata } from "../gguf-file";
import { mutateBytes, mutateJson } from "../mutate";
import { safetensorsFile } from "../safetensors-file";
import { temporaryFolder } from "../temporary";
import { tinyWeights } from "../tiny-llama";

before(() => selectBackend());

type Files = Record<string, Buffer>;
const mutations = 800; // of each kind of checkpoint

/** Loads the Llama in this folder. Returns why it was refused, or nothing if every weight is a finite number. */
async function loaded(folder: string): Promise<unknown> {
  try {
    const model = await loadCausalLm(folder);
    const sums = Object.values(model.weights).map(x => read(() => tf.sum(tf.mul(x, 0)))[0]);
    model.dispose();
    assert.deepEqual(new Set(sums), new Set([0]));
    assert.equal(typeof model.tokenizer.encode("a")[0], "number");
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Many wrong versions of a checkpoint: each is refused with a message of ours, or loads; quickly, in bounded memory,
 * and leaves nothing.
 */
async function fuzz(t: TestContext, files: Files, mutate: (files: Files, rng: Rng) => Files) {
  const folder = path.join(temporaryFolder(t), "model");
  mkdirSync(folder);
  let now: Files = {};
  const put = (content: Files) => {
    for (const [name, bytes] of Object.entries(content))
      if (now[name] !== bytes) writeFileSync(path.join(folder, name), bytes);
    now = content;
  };
  put(files);
  assert.equal(await loaded(folder), undefined, "the checkpoint before any change");
  const tensors = tf.memory().numTensors;
  const memory = process.memoryUsage.rss();
  let refused = 0;
  let [slowest, largest] = [0, 0];
  for (let i = 0; i < mutations; i++) {
    put(mutate(files, seeded(i)));
    const start = performance.now();
    const error = (await loaded(folder)) as Error | undefined;
    slowest = Math.max(slowest, performance.now() - start);
    largest = Math.max(largest, process.memoryUsage.rss() - memory);
    if (error === undefined) continue;
    refused++;
    assert.equal(error.constructor, Error, `mutation ${i}: ${error.stack}`);
    const named = [...Object.keys(files), folder].some(name => error.message.startsWith(name));
    assert.ok(named && /\. [A-Z].*\.$/s.test(error.message), `mutation ${i}: ${error.message}`);
  }
  assert.equal(tf.memory().numTensors, tensors);
  t.diagnostic(
    `${refused} of ${mutations} refused, ${slowest.toFixed()} ms and ${(largest / 2 ** 20).toFixed()} MiB at most`,
  );
  assert.ok(refused > mutations / 4 && refused < mutations, `${refused} refused`);
  assert.ok(slowest < 2000, `${slowest} ms`);
  assert.ok(largest < 300 * 2 ** 20, `${largest} bytes`);
}

const weights = tinyWeights();
const tensors = fileTensors(weights);

/** The files of a folder with the tiny Llama, as `saveCheckpoint` writes them. */
async function savedFiles(t: TestContext): Promise<Files> {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "tiny.gguf"), ggufFile(tinyMetadata, tensors).bytes);
  const checkpoint = await openCheckpoint(folder);
  const loaded = loadParameters(
    checkpoint,
    Object.fromEntries([...checkpoint.tensors].map(([name, x]) => [name, x.shape])),
  );
  await saveCheckpoint(folder, { config: checkpoint.config, weights: loaded, tokenizer: checkpoint.tokenizer });
  checkpoint.close();
  tf.dispose(loaded);
  return filesIn(folder, "config.json", "model.safetensors", "tokenizer.json");
}

const filesIn = (folder: string, ...names: string[]): Files =>
  Object.fromEntries(names.map(name => [name, readFileSync(path.join(folder, name))]));

/** A change to one JSON file. */
const changed = (files: Files, name: string, rng: Rng): Files => ({
  ...files,
  [name]: Buffer.from(mutateJson(JSON.parse(files[name].toString()), rng)),
});

/** A change to a safetensors file: to its bytes, or to what its header says. */
function broken(bytes: Buffer, rng: Rng): Buffer {
  const end = 8 + bytes.readUInt32LE(0);
  if (rng.uniform() < 0.5) return mutateBytes(bytes, end, rng);
  return safetensorsFile(mutateJson(JSON.parse(bytes.toString("utf8", 8, end)), rng), bytes.subarray(end));
}

test("one safetensors file and its configuration", async t => {
  await fuzz(t, await savedFiles(t), (files, rng) =>
    rng.uniform() < 0.3
      ? changed(files, "config.json", rng)
      : { ...files, "model.safetensors": broken(files["model.safetensors"], rng) },
  );
});

test("shards and their index", async t => {
  const folder = temporaryFolder(t);
  for (const [name, bytes] of Object.entries(await savedFiles(t))) writeFileSync(path.join(folder, name), bytes);
  const checkpoint = await openCheckpoint(folder);
  const sources = [...checkpoint.tensors.values()].map(({ name, shape, read }) => ({ name, shape, values: read }));
  const halves = { "1.safetensors": sources.slice(0, 9), "2.safetensors": sources.slice(9) };
  for (const [name, half] of Object.entries(halves))
    await writeSafetensors(path.join(folder, name), half, { format: name === "1.safetensors" ? "F16" : "BF16" });
  checkpoint.close();
  const index = "model.safetensors.index.json";
  const places = Object.entries(halves).flatMap(([file, half]) => half.map(({ name }) => [name, file]));
  writeFileSync(path.join(folder, index), JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(places) }));
  const files = filesIn(folder, "config.json", "tokenizer.json", index, ...Object.keys(halves));
  await fuzz(t, files, (files, rng) => {
    if (rng.uniform() < 0.5) return changed(files, index, rng);
    const shard = `${1 + rng.integer(2)}.safetensors`;
    return { ...files, [shard]: broken(files[shard], rng) };
  });
});

test("a GGUF file of two number formats", async t => {
  const { shape, values } = weights["token_embd.weight"];
  const half = { name: "token_embd.weight", shape, type: 1, bytes: bytesOf(encodeF16(values)) };
  const { bytes, dataAt } = ggufFile(tinyMetadata, [half, ...tensors.filter(({ name }) => name !== half.name)]);
  const lists = bytes.indexOf("tokenizer.ggml.model");
  const entries = bytes.indexOf("token_embd.weight") - 8;
  await fuzz(t, { "tiny.gguf": bytes }, (files, rng) => {
    const original = files["tiny.gguf"];
    if (rng.uniform() < 0.5) return { "tiny.gguf": mutateBytes(original, lists, rng) };
    const tail = mutateBytes(original.subarray(entries), dataAt - entries, rng);
    return { "tiny.gguf": Buffer.concat([original.subarray(0, entries), tail]) };
  });
});

test("claims of more than there is cost neither time nor memory", async t => {
  const folder = temporaryFolder(t);
  /** A file with a hole in it, of that size. */
  const file = (name: string, size: number, ...head: Uint8Array[]) => {
    writeFileSync(path.join(folder, name), Buffer.concat(head));
    truncateSync(path.join(folder, name), size);
    return path.join(folder, name);
  };
  const length = (bytes: number) => new Uint8Array(BigUint64Array.of(BigInt(bytes)).buffer);
  const huge = 2 ** 42;
  const shape = [2 ** 20, 2 ** 20];
  const json = Buffer.from(JSON.stringify({ x: { dtype: "F32", shape, data_offsets: [0, huge] } }));
  const tensor = ggufFile({ ...tinyMetadata, "llama.block_count": 1 }, [
    { name: "x", shape, type: 0, bytes: new Uint8Array(0) },
  ]);
  const table: [why: RegExp, file: string][] = [
    [/header: it is not JSON/, file("a.safetensors", 1e8 + 8, length(1e8))],
    [/its header claims 100000001 bytes/, file("b.safetensors", 1e9, length(1e8 + 1))],
    [
      /there is no memory for its 1099511627776 values\. Use a smaller/,
      file("c.safetensors", 8 + json.length + huge, length(json.length), json),
    ],
    [
      /there is no memory for its 1099511627776 values\. Use a smaller/,
      file("d.gguf", tensor.dataAt + huge, tensor.bytes),
    ],
    [/its header is larger than 100000000 bytes/, file("e.gguf", 1e9, ggufWith(0n, 1n, 8, 2 ** 29))],
    [/its header claims 10000001 tensors/, file("f.gguf", 1e9, ggufWith(10_000_001n, 0n))],
    [/its header claims 20000000 list entries/, file("g.gguf", 1e9, ggufWith(0n, 1n, 9, 0, 2e7))],
  ];
  writeFileSync(path.join(folder, "config.json"), "{}");
  const memory = process.memoryUsage.rss();
  for (const [why, place] of table) {
    const start = performance.now();
    await assert.rejects(async () => {
      const checkpoint = await openCheckpoint(place);
      try {
        checkpoint.tensors.get("x")!.read();
      } finally {
        checkpoint.close();
      }
    }, why);
    assert.ok(performance.now() - start < 2000, `${why} took ${performance.now() - start} ms`);
  }
  assert.ok(process.memoryUsage.rss() - memory < 300 * 2 ** 20);
});

/** A GGUF header with these counts, then an entry called "k" of this type, and its value as words of four bytes. */
function ggufWith(tensors: bigint, entries: bigint, ...words: number[]): Buffer {
  const counts = new Uint8Array(BigUint64Array.of(tensors, entries, 1n).buffer);
  return Buffer.concat([
    Buffer.from("GGUF"),
    new Uint8Array(Uint32Array.of(3).buffer),
    counts,
    Buffer.from("k"),
    new Uint8Array(Uint32Array.from(words).buffer),
  ]);
}
