// Pairs of files as a table of DuckDB: 128-bit keys of texts instead of texts.

import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import { fail } from "../../core/errors";
import { type Checks, text } from "../../core/options";
import { readTable, tableEndings, writeTable } from "../../tables/read-table";
import { tableFiles } from "../../tables/table-files";
import { type Database, type DuckOptions, duckChecks, named, quoted, type Row } from "./database";

/** Which files hold the pairs, and in which columns. */
export interface PairFiles extends DuckOptions {
  /** Columns of texts. Defaults "prompt", if it is there, "chosen" and "rejected". */
  prompt?: string;
  chosen?: string;
  rejected?: string;
  /** Defaults "score_chosen" and "score_rejected", "margin", "tie" and "annotator", where they are there. */
  chosenScore?: string;
  rejectedScore?: string;
  margin?: string;
  tie?: string;
  annotator?: string;
  /** Of folders and data sets of the hub: see `readTable`. */
  split?: string;
  config?: string;
  revision?: string;
}

export const pairFileChecks: Checks<PairFiles> = {
  ...duckChecks,
  prompt: text,
  chosen: text,
  rejected: text,
  chosenScore: text,
  rejectedScore: text,
  margin: text,
  tie: text,
  annotator: text,
  split: text,
  config: text,
  revision: text,
};

/** Length of a text in UTF-16 units, as JavaScript counts: code points, and one more for each beyond U+FFFF. */
const units = (name: string) =>
  `length(${name}) + CASE WHEN strlen(${name}) = length(${name}) THEN 0
     ELSE length(regexp_replace(${name}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g')) END`;

/** What the view and the table below have. */
export interface PairColumns {
  scores: boolean;
  annotators: boolean;
}

/**
 * Makes the view `source` (prompt, chosen, rejected as texts, in the order of the files) and the table `pair`: i, the
 * row; p, c, r, keys of the texts; a, b, lengths of the two responses; tied; sc, sr, scores; margin; annotator.
 *
 * Errors: no such file or column; a column that holds no texts; with its number, a row without a text.
 */
export async function makePairs(
  where: string,
  database: Database,
  folder: string,
  pattern: string,
  options: PairFiles,
): Promise<PairColumns> {
  const { split, config, revision } = options;
  const files = await parquetFiles(await tableFiles(pattern, { split, config, revision }, tableEndings), folder);
  const list = `[${files.map(quoted).join(", ")}]`;
  const described = await database.rows(`DESCRIBE SELECT * FROM read_parquet(${list})`);
  const types = new Map(described.map((row: Row) => [String(row.column_name), String(row.column_type)]));
  const find = (name: string | undefined, usual: string, needed: boolean): string | undefined => {
    if (types.has(name ?? usual)) return name ?? usual;
    if (name !== undefined || needed)
      fail(where, `there is no column "${name ?? usual}"`, `The files have ${[...types.keys()].join(", ")}.`);
    return undefined;
  };
  const texts = [
    ["prompt", find(options.prompt, "prompt", false)],
    ["chosen", find(options.chosen, "chosen", true)],
    ["rejected", find(options.rejected, "rejected", true)],
  ] as const;
  for (const [, name] of texts)
    if (name !== undefined && types.get(name) !== "VARCHAR")
      fail(where, `"${name}" holds ${types.get(name)}, not texts`, "Conversations need audit, or their texts.");
  const [sc, sr] = [
    find(options.chosenScore, "score_chosen", false),
    find(options.rejectedScore, "score_rejected", false),
  ];
  const [margin, tie] = [find(options.margin, "margin", false), find(options.tie, "tie", false)];
  const annotator = find(options.annotator, "annotator", false);
  const number = (name: string | undefined) => (name === undefined ? "NULL::DOUBLE" : `${named(name)}::DOUBLE`);
  const columns = texts.map(([own, name]) => `${name === undefined ? "''" : named(name)} AS ${own}`);
  await database.run(`CREATE VIEW source AS SELECT row_number() OVER () - 1 AS i, ${columns.join(", ")},
    coalesce(${tie === undefined ? "false" : `${named(tie)}::BOOLEAN`}, false) AS tied,
    ${number(sc)} AS sc, ${number(sr)} AS sr, ${number(margin)} AS margin,
    ${annotator === undefined ? "NULL" : `${named(annotator)}::VARCHAR`} AS annotator
    FROM read_parquet(${list})`);
  await database.run(`CREATE TABLE pair AS SELECT i, md5_number(prompt) AS p, md5_number(chosen) AS c,
    md5_number(rejected) AS r, (${units("chosen")})::INTEGER AS a, (${units("rejected")})::INTEGER AS b,
    tied, sc, sr, margin, annotator FROM source`);
  const [bad] = await database.rows("SELECT min(i) AS i FROM pair WHERE p IS NULL OR c IS NULL OR r IS NULL");
  if (bad.i !== null) fail(where, `row ${bad.i} lacks a text`, "Drop rows that lack one.");
  return { scores: sc !== undefined && sr !== undefined, annotators: annotator !== undefined };
}

/** Files of other kinds as Parquet, one at a time, by the readers that name what is wrong with them. */
async function parquetFiles(files: readonly string[], folder: string): Promise<string[]> {
  const out: string[] = [];
  for (const [i, file] of files.entries()) {
    if (file.toLowerCase().endsWith(".parquet")) {
      out.push(file);
      continue;
    }
    const copy = path.join(folder, "read", `${i}.parquet`);
    await mkdir(path.dirname(copy), { recursive: true });
    await writeTable(copy, await readTable(file));
    out.push(copy);
  }
  return out;
}
