// A training that was stopped and resumed gives the rows of one that was not, to the last bit.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import * as path from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import type { CausalLm } from "../../src/models/causal/forward";
import { resumeFrom } from "../../src/training/checkpoint";
import {
  type PromptRow,
  type PromptTrained,
  type PromptTraining,
  trainPromptPolicy,
} from "../../src/training/prompts/train-prompt-policy";
import { temporaryFolder } from "../temporary";
import { tinyLlama } from "../tiny-llama";
import { countingScore, tinyTraining, widePolicy } from "../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const { learn } = tinyTraining();
const short = {
  ...tinyTraining(),
  learn: { ...learn, steps: 10, every: 5 },
  rounds: 2,
  updates: 6,
  relearnRounds: 1,
  minibatches: 2,
};

/**
 * Trains a fresh policy until `leave` says so of the number of pieces of rows; what came, and the adaptor's numbers at
 * the end.
 */
async function run(change: Partial<PromptTraining>, leave = Infinity) {
  const policy = widePolicy(model);
  const rows: PromptRow[] = [];
  let trained: PromptTrained | undefined;
  const options = { ...short, policy, score: countingScore(), rng: seeded(0), ...change };
  const training = trainPromptPolicy(options);
  try {
    for (let taken = 1; ; taken++) {
      const { done, value } = await training.next();
      if (done) {
        trained = value;
        break;
      }
      rows.push(...value);
      if (taken === leave) {
        await training.return(undefined as never);
        break;
      }
    }
    const numbers = policy.adaptor.variables.flatMap(v => [...v.dataSync()]);
    return { rows, numbers, kept: [trained?.bestScore, trained?.bestRound] };
  } finally {
    trained?.guidance.dispose();
    policy.dispose();
  }
}

test("left after any rows and resumed: the same rows, the same policy, no tensor more", async t => {
  const start = tf.memory().numTensors;
  const cases: [Partial<PromptTraining>, leave: number[]][] = [
    [{}, [1, 2, 3, 6, 9, 12]],
    [{ entropyFloor: 2.93, learningRate: 0.02 }, [4, 8]], // its rounds end early
  ];
  for (const [change, leaves] of cases) {
    const whole = await run(change);
    assert.equal(whole.rows.at(-1)!.step < 12, "entropyFloor" in change);
    for (const leave of leaves) {
      const folder = temporaryFolder(t);
      const checkpoint = { folder, every: 4 };
      const first = await run({ ...change, checkpoint }, leave);
      const rest = await run({ ...change, checkpoint, resume: await resumeFrom(folder) });
      assert.deepEqual([...first.rows, ...rest.rows], whole.rows, `left after ${leave}`);
      assert.deepEqual([rest.numbers, rest.kept], [whole.numbers, whole.kept]);
    }
  }
  assert.equal(tf.memory().numTensors, start);
});

test("resumed after its end it has no rows, and leaves the same policy", async t => {
  const checkpoint = { folder: temporaryFolder(t) };
  const whole = await run({ checkpoint });
  const again = await run({ checkpoint, resume: await resumeFrom(checkpoint.folder) });
  assert.deepEqual(again, { ...whole, rows: [] });
});

test("a signal stops with its reason after the piece under way, and leaves a checkpoint", async t => {
  const whole = await run({});
  const folder = temporaryFolder(t);
  const rows: PromptRow[] = [];
  const stop = new AbortController();
  const policy = widePolicy(model);
  const options = { ...short, policy, rng: seeded(0), checkpoint: { folder, every: 100 }, signal: stop.signal };
  await assert.rejects(async () => {
    for await (const some of trainPromptPolicy({ ...options, score: countingScore() }))
      if (rows.push(...some) > 30) stop.abort(new Error("enough"));
  }, /^Error: enough$/);
  policy.dispose();
  const saved = await resumeFrom(folder);
  assert.deepEqual([saved.step, saved.rows], [rows.at(-1)!.step, rows.length]);
  assert.deepEqual([...rows, ...(await run({ resume: saved })).rows], whole.rows);
});

for (const trainer of ["trainPromptPolicy", "trainWithSamples", "trainWithLists"])
  test(`${trainer} 20 times killed, some of them while a checkpoint is written: its log is as if it had not been`, async t => {
    const folders = [0, 1, 2].map(() => temporaryFolder(t));
    const [whole, ...killed] = folders;
    const killing = killed.map((folder, seed) => killedTenTimes(trainer, folder, seed));
    const [, ...inWrite] = await Promise.all([ended(child(trainer, whole)), ...killing]);
    assert.ok(Math.min(...inWrite) >= 2, `${inWrite} kills fell in a write`);
    for (const folder of killed)
      for (const file of ["rows.jsonl", "completions.jsonl", "end.json"])
        assert.equal(readFileSync(path.join(folder, file), "utf8"), readFileSync(path.join(whole, file), "utf8"), file);
  });

const child = (trainer: string, folder: string): ChildProcess =>
  spawn(process.execPath, [path.join(__dirname, "..", "training-process.js"), folder, trainer], {
    env: { ...process.env, TOKENWISE_ENGINE: "cpu" }, // the quickest to start
    stdio: ["ignore", "pipe", "pipe"],
  });

/** Waits for the end of a process. Errors: it ended with an error of its own. Returns whether it was killed. */
async function ended(process: ChildProcess): Promise<boolean> {
  let errors = "";
  process.stderr?.on("data", text => {
    errors += text;
  });
  const [code, signal] = await once(process, "exit");
  assert.ok(code === 0 || signal === "SIGKILL", errors);
  return signal === "SIGKILL";
}

/**
 * Kills a training ten times, resumes it each time and lets it end. Returns how many of the kills left an unfinished
 * checkpoint.
 */
async function killedTenTimes(trainer: string, folder: string, seed: number): Promise<number> {
  const checkpoints = path.join(folder, "checkpoints");
  mkdirSync(checkpoints);
  const rng = seeded(seed);
  let inWrite = 0;
  for (let kills = 0; kills < 10; kills++) {
    const process = child(trainer, folder);
    if (kills % 2 === 1) killInWrite(process, checkpoints, 1 + rng.integer(3));
    else process.stdout?.once("data", () => setTimeout(() => process.kill("SIGKILL"), 60 * rng.uniform()));
    assert.ok(await ended(process), `it ended before kill ${kills}`);
    if (readdirSync(checkpoints).some(name => name.endsWith(".unfinished"))) inWrite++;
  }
  assert.ok(!(await ended(child(trainer, folder))));
  return inWrite;
}

/** Kills the process at the n-th sign of an unfinished checkpoint. */
function killInWrite(process: ChildProcess, checkpoints: string, n: number) {
  let signs = 0;
  const watcher = watch(checkpoints, (_, name) => {
    if (name?.endsWith(".unfinished") && ++signs === n) process.kill("SIGKILL");
  });
  process.on("exit", () => watcher.close());
}
