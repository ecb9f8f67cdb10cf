import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, type TestContext, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import {
  hasCheckpoint,
  latestCheckpoint,
  resumeFrom,
  type TrainingState,
  writeCheckpoint,
} from "../../src/training/checkpoint";
import { temporaryFile, temporaryFolder } from "../temporary";

before(() => selectBackend());

const content: TrainingState = {
  kind: "trainPolicy",
  step: 7,
  rows: 21,
  completions: 0,
  options: { steps: 9 },
  state: { place: [1, 2.5, Number.NEGATIVE_INFINITY, Number.NaN], kept: { score: Infinity } },
};

/** Writes so many checkpoints with a matrix and a scalar. */
async function written(folder: string, count = 1, keep = 2) {
  for (let i = 1; i <= count; i++) {
    const tensors = { "a/x": tf.tensor2d([[1, 2, i]]), scale: tf.scalar(0.1) };
    await writeCheckpoint(folder, { ...content, step: i }, tensors, keep);
    tf.dispose(tensors);
  }
}

test("what was written is read, and nothing is left allocated but the tensors", async t => {
  const folder = temporaryFolder(t);
  const start = tf.memory().numTensors;
  assert.equal(await latestCheckpoint(folder), undefined);
  await written(folder, 3);
  const { tensors, run, folder: own, ...rest } = await resumeFrom(folder);
  assert.deepEqual(rest, { ...content, step: 3 });
  assert.deepEqual([run, own], [folder, path.join(folder, "checkpoints", "000003")]);
  const read = tensors();
  assert.deepEqual(
    Object.entries(read).map(([name, x]) => [name, x.shape, [...x.dataSync()]]),
    [
      ["a/x", [1, 3], [1, 2, 3]],
      ["scale", [], [Math.fround(0.1)]],
    ],
  );
  tf.dispose(read);
  assert.equal(tf.memory().numTensors, start);
});

test("the last ones stay; what a killed writer left is no checkpoint, and goes with the next", async t => {
  const folder = temporaryFolder(t);
  const names = () => readdirSync(path.join(folder, "checkpoints")).sort();
  mkdirSync(path.join(folder, "checkpoints", "000001.unfinished"), { recursive: true });
  assert.equal(hasCheckpoint(folder), false);
  await written(folder, 4);
  assert.deepEqual(names(), ["000003", "000004"]);
  await written(folder, 2, 1);
  assert.deepEqual(names(), ["000006"]);
  await written(folder, 1, 5);
  assert.deepEqual(names(), ["000006", "000007"]);
});

test("damaged, missing and foreign checkpoints are named", async t => {
  const state = (change: (record: any) => void) => (folder: string) => {
    const file = path.join(folder, "state.json");
    const record = JSON.parse(readFileSync(file, "utf8"));
    change(record);
    writeFileSync(file, JSON.stringify(record));
  };
  const weights = (change: (file: string) => void) => (folder: string) =>
    change(path.join(folder, "state.safetensors"));
  const flipped = (file: string) => {
    const bytes = readFileSync(file);
    bytes[bytes.length - 3] ^= 1;
    writeFileSync(file, bytes);
  };
  const table: [string, (folder: string) => void, RegExp][] = [
    [
      "another version",
      state(record => (record.version = 1)),
      /000002 has version 1, not 3\. Resume it with the tokenwise/,
    ],
    ["no state", state(record => delete record.training), /state\.json is not what was written\. Delete this folder/],
    ["a number changed", state(record => (record.training.rows = 22)), /state\.json is not what was written/],
    [
      "cut",
      folder => truncateSync(path.join(folder, "state.json"), 30),
      /000002 cannot be read .*not JSON.*\. Delete this/,
    ],
    [
      "gone",
      folder => rmSync(path.join(folder, "state.json")),
      /000002 cannot be read .*\. Delete this folder to carry/,
    ],
    [
      "cut tensors",
      weights(file => truncateSync(file, 100)),
      /state\.safetensors is not what was written\. Delete this/,
    ],
    ["a bit flipped", weights(flipped), /state\.safetensors is not what was written/],
  ];
  for (const [name, change, message] of table) await damagedIs(t, name, change, message);
  const empty = temporaryFolder(t);
  await assert.rejects(
    resumeFrom(empty),
    /resume: there is no checkpoint in .*\. Check the path, or start the training\./,
  );
  await assert.rejects(written(temporaryFile(t, "taken", "")), /writeCheckpoint: cannot write to .*Choose a folder/);
});

async function damagedIs(t: TestContext, name: string, change: (folder: string) => void, message: RegExp) {
  const folder = temporaryFolder(t);
  await written(folder, 2);
  change(path.join(folder, "checkpoints", "000002"));
  await assert.rejects(resumeFrom(folder), message, name);
}
