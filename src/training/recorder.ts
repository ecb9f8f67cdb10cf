// What every trainer does with its rows: yield them, and keep checkpoints from which it can go on after any of them.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Checks, fields, integer, made, required, signal as signalCheck, text } from "../core/options";
import { hasCheckpoint, type TrainingCheckpoint, type TrainingState, writeCheckpoint } from "./checkpoint";
import { checkSameSettings, settingsOf } from "./settings";

/** Where and how often checkpoints are written. */
export interface CheckpointOptions {
  /** The run's folder; checkpoints go to its subfolder `checkpoints`. */
  folder: string;
  /** Updates from one checkpoint to the next. Default 10. */
  every?: number;
  /** Checkpoints that stay. Default 2. */
  keep?: number;
}

/** How training is stopped and resumed. */
export interface Interruptible {
  /**
   * Where and how often its state is written. It is also written when the caller leaves the loop or aborts. Default:
   * not at all.
   */
  checkpoint?: CheckpointOptions;
  /**
   * A checkpoint of a training with the same options, from `resumeFrom`: goes on from there, with the rows after it.
   */
  resume?: TrainingCheckpoint;
  /**
   * Stops after the update, or the other piece of work, that is under way: a checkpoint is written, the signal's
   * reason is thrown.
   */
  signal?: AbortSignal;
}

export const interruptibleChecks: Checks<Interruptible> = {
  checkpoint: fields<CheckpointOptions>({ folder: required(text), every: integer(1), keep: integer(1) }),
  resume: made("a checkpoint, from resumeFrom(folder)", "kind", "tensors"),
  signal: signalCheck,
};

/** The state after the last rows that were yielded; the caller owns the tensors. */
export interface Recorded {
  step: number;
  state: object;
  tensors: Record<string, tf.Tensor>;
}

export interface Recorder<R> {
  /**
   * Yields rows. All that they report must be in the state by then. A checkpoint is written where `due`, or after
   * enough updates.
   */
  give(rows: R[], due?: boolean): AsyncGenerator<R[], void>;
  /** Counts completions that were passed on beside the rows. */
  countCompletions(count: number): void;
  /** To be called when training ends, however it does: writes the state if the caller has left. */
  close(): Promise<void>;
}

/**
 * Errors: a checkpoint of another training or of other options; a folder that holds checkpoints when there is none to
 * resume.
 */
export function createRecorder<R extends { step: number }>(
  kind: TrainingState["kind"],
  options: object,
  { checkpoint, resume, signal }: Interruptible,
  state: () => Recorded,
): Recorder<R> {
  const settings = settingsOf(options);
  const { folder, every = 10, keep = 2 } = checkpoint ?? {};
  if (resume && resume.kind !== kind)
    fail(kind, `the checkpoint is one of ${resume.kind}`, `Resume it with ${resume.kind}.`);
  if (resume) checkSameSettings(kind, settings, resume.options);
  else if (folder && hasCheckpoint(folder))
    fail(kind, `${folder} holds checkpoints already`, "Pass resume: await resume(folder), or choose another folder.");
  signal?.throwIfAborted();
  let { rows, completions, step: saved } = resume ?? { rows: 0, completions: 0, step: 0 };
  let settled = false; // whether the state is that after the last rows, and not yet saved

  async function save(): Promise<void> {
    settled = false;
    if (!folder) return;
    const { step, state: rest, tensors } = state();
    try {
      await writeCheckpoint(folder, { kind, step, rows, completions, options: settings, state: rest }, tensors, keep);
    } finally {
      tf.dispose(tensors);
    }
    saved = step;
  }

  return {
    async *give(given, due = false) {
      rows += given.length;
      settled = true;
      yield given;
      signal?.throwIfAborted();
      if (due || (given.at(-1)?.step ?? 0) - saved >= every) await save();
      settled = false;
    },
    countCompletions(count) {
      completions += count;
    },
    async close() {
      if (settled) await save();
    },
  };
}

/** The records of which every name starts with `prefix`, without it. */
export const under = (prefix: string, tensors: Record<string, tf.Tensor>): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])),
  );

/** The same tensors with `prefix` before their names. */
export const prefixed = (prefix: string, tensors: Record<string, tf.Tensor>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [prefix + name, x]));
