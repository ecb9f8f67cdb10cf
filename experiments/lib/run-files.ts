// The folder of a program with many runs: one file for each, written as a whole, so that the program skips finished
// runs.

import * as fs from "node:fs";
import * as path from "node:path";
import { writeWhole } from "../../src/tables/whole-file";

export interface RunFiles<Run, Row> {
  /** Writes a run: its rows first, because the file of the run says that it is finished. */
  keep(run: Run, rows: readonly Row[]): Promise<void>;
  /** The run of this name, if it is finished. */
  run(stem: string): Run | undefined;
  /** All finished runs. */
  runs(): Run[];
  rows(run: Run): Row[];
}

/**
 * Opens or makes the folder. `stem` gives a run's name, `label` the columns that are added to its rows.
 *
 * Errors: the folder holds runs of other options, or of a version with other names of options.
 */
export async function openRuns<Run, Row>(
  folder: string,
  options: object,
  { stem, label }: { stem: (run: Run) => string; label: (run: Run) => object },
): Promise<RunFiles<Run, Row>> {
  const [runs, rows] = ["runs", "rows"].map(name => path.join(folder, name));
  for (const own of [runs, rows]) fs.mkdirSync(own, { recursive: true });
  const [file, text] = [path.join(folder, "options.json"), `${JSON.stringify(options)}\n`];
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") !== text)
    throw new Error(
      `${folder} holds runs of other options or of an earlier version. Give another --out, or remove the folder.`,
    );
  await writeWhole(file, [text]);
  const run = (name: string) => readJson<Run>(path.join(runs, `${name}.json`));
  return {
    run,
    async keep(run, all) {
      const lines = all.map(row => `${JSON.stringify({ ...label(run), ...row })}\n`);
      await writeWhole(path.join(rows, `${stem(run)}.jsonl`), lines);
      await writeWhole(path.join(runs, `${stem(run)}.json`), [`${JSON.stringify(run, null, 2)}\n`]);
    },
    runs: () =>
      fs
        .readdirSync(runs)
        .filter(name => name.endsWith(".json"))
        .sort()
        .map(name => run(path.basename(name, ".json"))!),
    rows: run =>
      fs
        .readFileSync(path.join(rows, `${stem(run)}.jsonl`), "utf8")
        .split("\n")
        .filter(Boolean)
        .map(line => JSON.parse(line)),
  };
}

export const readJson = <T>(file: string): T | undefined =>
  fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
