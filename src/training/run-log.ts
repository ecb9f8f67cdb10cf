// A run's record: its options once, its rows and completions as they come, as JSON Lines on disk and as tables in
// memory.

import * as fs from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import type { TrainingCheckpoint } from "./checkpoint";
import type { Completion } from "./completion";
import { createEventFile } from "./event-file";
import { createRecords, readRecords } from "./json-lines";

/** Anything with these three columns can be drawn by `learningCurves`. */
export interface LoggedRow {
  step: number;
  name: string;
  value: number;
}

/** A run's record in a folder, as it grows. */
export interface RunLog<R extends LoggedRow> {
  folder: string;
  add(rows: readonly R[]): void;
  addCompletions(completions: readonly Completion[]): void;
  /** All rows so far. */
  table(): aq.ColumnTable;
  /** All completions so far, a row each: step, prompt, text, tokens, rewards, score. */
  completions(): aq.ColumnTable;
}

export interface RunLogOptions {
  /**
   * The checkpoint that training is resumed from: what was logged up to it stays, what came after it comes again.
   * Default: a new log.
   */
  resume?: TrainingCheckpoint;
  /** Also writes an event file, for `tensorboard --logdir` on the folder or one above it. Default false. */
  tensorBoard?: boolean;
}

const files = { rows: "rows.jsonl", completions: "completions.jsonl", options: "options.json" };

/**
 * Starts a log in `folder`: `options.json` holds the run's configuration, `rows.jsonl` and `completions.jsonl` grow
 * by a line a record and are complete up to the last `add` whatever happens. An earlier log in the folder is
 * replaced, or continued when training is resumed. Log rows as soon as they come: those that are taken but not logged
 * are lost to the log.
 *
 * Errors: a folder that cannot be written; options that JSON cannot hold; a log to be continued that lacks rows.
 */
export function runLog<R extends LoggedRow>(
  folder: string,
  options: object,
  { resume, tensorBoard = false }: RunLogOptions = {},
): RunLog<R> {
  const [rowsFile, completionsFile] = [path.join(folder, files.rows), path.join(folder, files.completions)];
  const kept = <T>(file: string, count: number): T[] => {
    const records = readRecords<T>(file, count);
    if (records.length < count)
      fail(
        "runLog",
        `${file} holds ${records.length} records, the checkpoint came after ${count}`,
        "Log to another folder, or resume without a log.",
      );
    return records;
  };
  const rows = resume ? kept<R>(rowsFile, resume.rows) : [];
  const completions = resume?.completions ? kept<Completion>(completionsFile, resume.completions) : [];
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, files.options), `${JSON.stringify(options, null, 2)}\n`);
    const toEvents = tensorBoard ? createEventFile(folder) : () => {};
    const toRows = createRecords(rowsFile, rows);
    const toCompletions = createRecords(completionsFile, completions);
    toEvents(rows);
    return {
      folder,
      add(more) {
        toRows(more);
        toEvents(more);
        rows.push(...more);
      },
      addCompletions(more) {
        toCompletions(more);
        completions.push(...more);
      },
      table: () => tableOf(rows),
      completions: () => tableOf(completions),
    };
  } catch (error) {
    const found = `cannot write to ${folder}: ${(error as Error).message}`;
    fail("runLog", found, "Choose a folder that can be written.", error);
  }
}

/**
 * The tables of a run's folder, also of one that was killed. Errors: a folder without a log; a damaged line, by its
 * number.
 */
export function readRunLog(folder: string): { table: aq.ColumnTable; completions: aq.ColumnTable } {
  if (!fs.existsSync(path.join(folder, files.rows)))
    fail("readRunLog", `there is no ${files.rows} in ${folder}`, "Give the folder of a run log.");
  return {
    table: tableOf(readRecords<LoggedRow>(path.join(folder, files.rows))),
    completions: tableOf(readRecords<Completion>(path.join(folder, files.completions))),
  };
}

/** A column for every key of any record; `aq.from` takes those of the first. */
function tableOf(records: readonly object[]): aq.ColumnTable {
  const names = new Set(records.flatMap(Object.keys));
  return aq.table([...names].map(name => [name, records.map(record => (record as Record<string, unknown>)[name])]));
}
