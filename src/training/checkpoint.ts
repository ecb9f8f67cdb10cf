// Checkpoints of a training: numbered folders of state.json and state.safetensors, each there whole or not at all.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { readJsonObject } from "../core/json";
import { openSafetensors } from "../weights/safetensors";
import { writeJson } from "../weights/save-checkpoint";
import { writeSafetensors } from "../weights/write-safetensors";

const version = 3;
const largestJson = 2 ** 30;
const numbered = /^\d{6}$/;
const tensorFile = "state.safetensors";
const remedy = "Delete this folder to carry on from the checkpoint before it.";

// JSON has no NaN and no infinities, and training goes on from the very numbers.
const unbounded = "not finite";
const encoded = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? { [unbounded]: String(value) } : value;
const decoded = (_: string, value: any) => (value?.[unbounded] === undefined ? value : Number(value[unbounded]));

/** What training had come to. All but the tensors is plain JSON. */
export interface TrainingState {
  /** Which training it belongs to. */
  kind: "trainPolicy" | "trainPromptPolicy" | "trainWithReferences" | "trainWithSamples" | "trainWithLists";
  /** Updates done. */
  step: number;
  /** Rows and completions so far: what a run log keeps of its own when training is resumed. */
  rows: number;
  completions: number;
  /** The options, as far as JSON holds them: another training may not continue this one. */
  options: object;
  /** What else training needs. */
  state: object;
}

/** A checkpoint that was read and found whole. */
export interface TrainingCheckpoint extends TrainingState {
  /** The run's folder, and the checkpoint's own. */
  run: string;
  folder: string;
  /** Reads the tensors; the caller disposes them. Errors: a damaged file. */
  tensors(): Record<string, tf.Tensor>;
}

const checkpointsOf = (run: string) => path.join(run, "checkpoints");

/** The names of the checkpoints in a run's folder, oldest first. */
function checkpointNames(run: string): string[] {
  const folder = checkpointsOf(run);
  return fs.existsSync(folder)
    ? fs
        .readdirSync(folder)
        .filter(name => numbered.test(name))
        .sort()
    : [];
}

/** Whether a run's folder holds a checkpoint. */
export const hasCheckpoint = (run: string): boolean => checkpointNames(run).length > 0;

/**
 * Writes a checkpoint into the run's folder. It is made beside its place and moved there when it is whole and on the
 * disk; only then those before the last `keep` are deleted, and what a killed writer left.
 *
 * Errors: a folder that cannot be written.
 */
export async function writeCheckpoint(
  run: string,
  content: TrainingState,
  tensors: Record<string, tf.Tensor>,
  keep: number,
): Promise<void> {
  const names = checkpointNames(run);
  const name = String(Number(names.at(-1) ?? 0) + 1).padStart(6, "0");
  const unfinished = path.join(checkpointsOf(run), `${name}.unfinished`);
  try {
    fs.rmSync(unfinished, { recursive: true, force: true });
    fs.mkdirSync(unfinished, { recursive: true });
  } catch (error) {
    const found = `cannot write to ${run}: ${(error as Error).message}`;
    fail("writeCheckpoint", found, "Choose a folder that can be written.", error);
  }
  const sources = Object.entries(tensors).map(([name, x]) => ({
    name,
    shape: x.shape,
    values: () => x.dataSync() as Float32Array,
  }));
  const weights = path.join(unfinished, tensorFile);
  await writeSafetensors(weights, sources);
  const training = JSON.stringify(content, encoded);
  const sha256 = { tensors: await digest(weights), training: digestOf(training) };
  await writeJson(path.join(unfinished, "state.json"), { version, sha256, training: JSON.parse(training) });
  for (const entry of [weights, path.join(unfinished, "state.json"), unfinished]) flush(entry);
  fs.renameSync(unfinished, path.join(checkpointsOf(run), name));
  flush(checkpointsOf(run));
  for (const entry of fs.readdirSync(checkpointsOf(run)))
    if (entry.endsWith(".unfinished") || names.slice(0, Math.max(0, names.length + 1 - keep)).includes(entry))
      fs.rmSync(path.join(checkpointsOf(run), entry), { recursive: true, force: true });
}

/** Waits until a file or folder is on the disk. */
function flush(entry: string): void {
  const handle = fs.openSync(entry, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

async function digest(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of fs.createReadStream(file, { highWaterMark: 1 << 22 })) hash.update(piece);
  return hash.digest("hex");
}

/**
 * The newest checkpoint in a run's folder, for a training's `resume`; undefined without one.
 *
 * Errors: one of another version, or damaged.
 */
export async function latestCheckpoint(run: string): Promise<TrainingCheckpoint | undefined> {
  const name = checkpointNames(run).at(-1);
  if (!name) return undefined;
  const folder = path.join(checkpointsOf(run), name);
  const { version: found, sha256, training } = readState(folder);
  if (found !== version)
    fail(
      "resume",
      `${folder} has version ${JSON.stringify(found)}, not ${version}`,
      "Resume it with the tokenwise that wrote it.",
    );
  const text = JSON.stringify(training ?? null);
  if (digestOf(text) !== sha256?.training) fail("resume", `${folder}/state.json is not what was written`, remedy);
  const weights = path.join(folder, tensorFile);
  if (!fs.existsSync(weights)) fail("resume", `${folder} has no ${tensorFile}`, remedy);
  if ((await digest(weights)) !== sha256.tensors) fail("resume", `${weights} is not what was written`, remedy);
  return { ...(JSON.parse(text, decoded) as TrainingState), run, folder, tensors: () => readTensors(weights) };
}

function readState(folder: string): { version?: unknown; sha256?: Record<string, string>; training?: unknown } {
  try {
    return readJsonObject(path.join(folder, "state.json"), largestJson);
  } catch (error) {
    fail("resume", `${folder} cannot be read (${(error as Error).message})`, remedy, error);
  }
}

/**
 * The newest checkpoint in a run's folder, to be given to the training as `resume`: it then continues to the very
 * rows that an uninterrupted run gives.
 *
 *     const options = { policy, score, learn, …, checkpoint: { folder: "runs/a" } };
 *     for await (const rows of tw.trainPromptPolicy({ ...options, resume: await tw.resumeFrom("runs/a") })) …
 *
 * Errors: those of `latestCheckpoint`; a folder without a checkpoint.
 */
export async function resumeFrom(run: string): Promise<TrainingCheckpoint> {
  return (
    (await latestCheckpoint(run)) ??
    fail("resume", `there is no checkpoint in ${path.resolve(run)}`, "Check the path, or start the training.")
  );
}

function readTensors(file: string): Record<string, tf.Tensor> {
  const opened = openSafetensors(file);
  try {
    return Object.fromEntries(
      [...opened.tensors].map(([name, { shape, read }]) => [name, tf.tensor(read(), [...shape], "float32")]),
    );
  } finally {
    opened.close();
  }
}
