// Records of a run as JSON Lines that survive a kill: lines are appended whole, and a line torn by the kill is
// dropped when reading.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";

/**
 * The first `most` records of a file; none where there is no file. Errors: a line, other than a torn last one, that
 * is not JSON.
 */
export function readRecords<R>(file: string, most = Infinity): R[] {
  if (!fs.existsSync(file)) return [];
  // Nothing follows the last line end, or a line that a crash cut off.
  const lines = fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.slice(0, most).map((line, i) => {
    try {
      return JSON.parse(line, (key, value) => (value === null && key === "value" ? Number.NaN : value));
    } catch (error) {
      return fail(`${path.basename(file)}:${i + 1}`, "the line is not JSON", "Delete the line, or the file.", error);
    }
  });
}

/** A file that begins with these records and grows by those appended. */
export function createRecords<R>(file: string, first: readonly R[]): (records: readonly R[]) => void {
  const lines = (records: readonly R[]) => records.map(record => `${JSON.stringify(record)}\n`).join("");
  const unfinished = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(unfinished, lines(first));
  fs.renameSync(unfinished, file);
  return records => fs.appendFileSync(file, lines(records));
}
