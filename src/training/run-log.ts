// A run's record: its options once, its rows as they come, as JSON Lines on disk and as a table in memory.

import * as fs from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";

/** Anything with these three columns can be drawn by `learningCurves`. */
export interface LoggedRow {
  step: number;
  name: string;
  value: number;
}

export interface RunLog<R extends LoggedRow> {
  folder: string;
  add(rows: readonly R[]): void;
  /** All rows so far. */
  table(): aq.ColumnTable;
}

/**
 * Starts a log in `folder`: `options.json` holds the run's configuration, `rows.jsonl` grows by a line a row and is complete up to
 * the last `add` whatever happens. An earlier log in the folder is replaced.
 *
 * Errors: a folder that cannot be written; options that JSON cannot hold.
 */
export function runLog<R extends LoggedRow>(folder: string, options: object): RunLog<R> {
  const file = path.join(folder, "rows.jsonl");
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "options.json"), `${JSON.stringify(options, null, 2)}\n`);
    fs.writeFileSync(file, "");
  } catch (error) {
    fail(
      "runLog",
      `cannot write to ${folder}: ${(error as Error).message}`,
      "Choose a folder that can be written.",
      error,
    );
  }
  const all: R[] = [];
  return {
    folder,
    add(rows) {
      fs.appendFileSync(file, rows.map(row => `${JSON.stringify(row)}\n`).join(""));
      all.push(...rows);
    },
    table: () => aq.from(all),
  };
}
