// Documents with reference summaries, from the set-up, the hub or files.

import { readdirSync } from "node:fs";
import * as path from "node:path";
import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { fail } from "../src/core/errors";
import { type Checks, checkOptions, fields, integer, listOf, oneOf, required, text } from "../src/core/options";
import { seeded } from "../src/core/random";
import { bytesToFetch, fetchFromHub, type HubOptions, hubChecks } from "../src/hub/hub";
import { readTable } from "../src/tables/read-table";
import {
  prepareSummaries,
  type SummaryColumns,
  type SummaryOptions,
  type SummaryReport,
  summaryChecks,
  withCleanTexts,
} from "../src/tables/summaries";
import { type SharedDocuments, type SummaryParts, separateParts, splitSummaries } from "../src/tables/summary-parts";
import { type AclsumOptions, aclsum, aclsumChecks } from "./aclsum";

const parts = ["train", "valid", "test"] as const;
export type SummaryPart = (typeof parts)[number];

/** Data sets of the hub, in the Parquet files that the hub converts them to, with their published numbers of rows. */
const onHub = {
  "cnn-dailymail": {
    id: "abisee/cnn_dailymail",
    folder: "3.0.0",
    columns: { document: "article", summary: "highlights" },
    rows: { train: 287_113, valid: 13_368, test: 11_490 },
  },
  xsum: {
    id: "EdinburghNLP/xsum",
    folder: "default",
    columns: { document: "document", summary: "summary" },
    rows: { train: 204_045, valid: 11_332, test: 11_334 },
  },
};
const converted = "refs/convert/parquet";
const hubNames: Record<SummaryPart, string> = { train: "train", valid: "validation", test: "test" };
const aclsumNames = { train: "train", valid: "val", test: "test" } as const;

/** How `loadSummaries` reads and divides a source. */
export interface LoadSummariesOptions extends SummaryOptions, Omit<AclsumOptions, "folder"> {
  /** Parts to load; the others are not fetched and have no rows. Default: all three. */
  parts?: readonly SummaryPart[];
  /**
   * Rows whose document is in a part that is evaluated later too (train with valid or test, valid with test) are kept,
   * left out, or an error; the reports count them. Only parts that are loaded are compared. Default: "fail" for three
   * files, "keep" for published data sets.
   */
  shared?: SharedDocuments;
  /** The most rows of each part: the first ones are taken. Default: all. */
  rows?: Partial<Record<SummaryPart, number>>;
  /** How a single file is split: groups for validation and test, the seed, and the column that defines the groups. */
  split?: { valid: number; test: number; seed: number; group?: string };
  /**
   * Options of `fetchFromHub`. The default revision is the hub's current Parquet conversion: name a commit for results
   * that can be repeated.
   */
  hub?: Omit<HubOptions, "kind" | "files">;
}

/** Tables with the columns id, document and summary; parts that were not asked for have no rows. */
export interface Summaries {
  train: ColumnTable;
  valid: ColumnTable;
  test: ColumnTable;
  /** What cleaning found and dropped, by part; for a single file, under "file". */
  reports: Record<string, SummaryReport>;
}

const { kind: _, files: __, ...hubOptionChecks } = hubChecks;
const partSize = integer(0);

export const loadSummariesChecks: Checks<LoadSummariesOptions> = {
  ...summaryChecks,
  shared: oneOf("keep", "drop", "fail"),
  aspects: aclsumChecks.aspects,
  sections: aclsumChecks.sections,
  parts: listOf(oneOf(...parts)),
  rows: fields({ train: partSize, valid: partSize, test: partSize }),
  split: fields({
    valid: required(partSize),
    test: required(partSize),
    seed: required(integer(Number.MIN_SAFE_INTEGER)),
    group: text,
  }),
  hub: fields(hubOptionChecks),
};

/**
 * Loads documents with reference summaries, cleaned by `prepareSummaries`: "aclsum" of the set-up, "cnn-dailymail"
 * (3.0.0) or "xsum" of the hub, a file (.jsonl, .csv, .tsv, .parquet, .arrow) that `split` divides, or three files.
 *
 *     const { train, valid, test } = await loadSummaries("aclsum", { aspects: ["outcome"] });
 *     const files = { train: "a.jsonl", valid: "b.jsonl", test: "c.jsonl" };
 *     const mine = await loadSummaries(files, { document: "text", summary: "title" });
 *
 * Errors: a name that is neither a data set nor a file; one file without `split`; a document in two parts, where
 * `shared` says so; those of the loaders, of `prepareSummaries` and of `checkOptions`.
 */
export async function loadSummaries(
  source: string | Record<SummaryPart, string>,
  options: LoadSummariesOptions = {},
): Promise<Summaries> {
  checkOptions("loadSummaries", options, loadSummariesChecks);
  const { parts: wanted = parts, rows: most = {}, split } = options;
  const { shared = typeof source === "string" ? "keep" : "fail" } = options;
  const columns = { document: options.document, summary: options.summary, id: options.id };
  const noRows = aq.table({ id: [], document: [], summary: [] });
  const loaded: Summaries = { train: noRows, valid: noRows, test: noRows, reports: {} };
  const keep = (part: SummaryPart, rows: ColumnTable) => {
    if (wanted.includes(part)) loaded[part] = rows.slice(0, most[part]).reify();
  };
  if (typeof source === "string" && !isDataSet(source)) {
    if (!split)
      fail("loadSummaries", `"${source}" is one file`, "Say in `split` how to divide it, or give three files.");
    const { rows, report } = prepareSummaries(await readTable(source), { ...columns, empty: options.empty });
    const { seed, ...shares } = split!;
    const divided = splitSummaries(rows, { ...shares, rng: seeded(seed).split("summaries") });
    for (const part of parts) keep(part, divided[part]);
    return { ...loaded, reports: { file: report } };
  }
  const all: SummaryParts = { train: noRows, valid: noRows, test: noRows };
  for (const part of parts) {
    if (!wanted.includes(part)) continue;
    const { table, columns: published } = await readPart(source, part, options);
    const given = Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== undefined));
    const { rows, report } = prepareSummaries(table, { ...published, ...given, empty: options.empty });
    all[part] = rows;
    loaded.reports[part] = report;
  }
  const separate = separateParts("loadSummaries", all, shared);
  for (const part of wanted) {
    keep(part, separate.parts[part]);
    loaded.reports[part].shared = separate.shared[part];
  }
  return loaded;
}

/**
 * For a data set of the hub: its published numbers of rows, and `toFetch`, which tells how many bytes are not in the
 * cache. Undefined for other sources. Errors: those of `bytesToFetch`.
 */
export function summariesOnHub(source: string | Record<SummaryPart, string>, options: LoadSummariesOptions = {}) {
  if (typeof source !== "string" || !Object.hasOwn(onHub, source)) return undefined;
  const name = source as keyof typeof onHub;
  const { parts: wanted = parts, hub } = options;
  const toFetch = async () => {
    const bytes = wanted.map(part =>
      bytesToFetch(onHub[name].id, { revision: converted, ...hub, kind: "dataset", files: filesOf(name, part) }),
    );
    return (await Promise.all(bytes)).reduce((sum, own) => sum + own, 0);
  };
  return { rows: onHub[name].rows, toFetch };
}

const filesOf = (source: keyof typeof onHub, part: SummaryPart): RegExp =>
  new RegExp(`${onHub[source].folder.replaceAll(".", "\\.")}/${hubNames[part]}/\\d+\\.parquet`);

const isDataSet = (source: string) => source === "aclsum" || Object.hasOwn(onHub, source);

async function readPart(
  source: string | Record<SummaryPart, string>,
  part: SummaryPart,
  options: LoadSummariesOptions,
): Promise<{ table: ColumnTable; columns?: SummaryColumns }> {
  if (typeof source !== "string") return { table: await readTable(source[part]) };
  const { aspects, sections } = options;
  if (source === "aclsum") return { table: aclsum(aclsumNames[part], { aspects, sections }) };
  const { id, folder, columns } = onHub[source as keyof typeof onHub];
  const inRepo = `${folder}/${hubNames[part]}`;
  const files = filesOf(source as keyof typeof onHub, part);
  const fetched = await fetchFromHub(id, { revision: converted, ...options.hub, kind: "dataset", files });
  const shards = readdirSync(path.join(fetched, inRepo))
    .filter(name => name.endsWith(".parquet"))
    .sort();
  const tables: ColumnTable[] = [];
  // Cleaned one by one: the raw texts of all shards at once would double the memory.
  for (const shard of shards)
    tables.push(withCleanTexts(await readTable(path.join(fetched, inRepo, shard)), Object.values(columns)));
  return { table: tables[0].concat(...tables.slice(1)), columns };
}
