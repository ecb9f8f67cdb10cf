import { readdirSync } from "node:fs";
import * as path from "node:path";
import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { fail } from "../src/core/errors";
import { type Checks, checkOptions, fields, integer, listOf, made, oneOf, required, text } from "../src/core/options";
import { seeded } from "../src/core/random";
import { bytesToFetch, fetchFromHub, type HubOptions } from "../src/hub/hub";
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
import { type AclsumOptions, aclsum, aclsumAspects } from "./aclsum";

const parts = ["train", "valid", "test"] as const;
export type SummaryPart = (typeof parts)[number];

/** Data sets of the hub, in the Parquet files that the hub makes of them. */
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

export interface LoadSummariesOptions extends SummaryOptions, Omit<AclsumOptions, "folder"> {
  /** Which parts to load; the others are not fetched and have no rows. Default all three. */
  parts?: readonly SummaryPart[];
  /**
   * Rows whose document is in a part with a later evaluation too (train with valid or test, valid with test): kept, left out, or an error;
   * the reports count them. Only parts that are loaded are compared. Default "fail" for three files of one's own; "keep" for
   * published data sets, whose parts are given.
   */
  shared?: SharedDocuments;
  /** At most so many rows of each part, the first ones. Default all. */
  rows?: Partial<Record<SummaryPart, number>>;
  /**
   * How one file of one's own is split: groups of rows for validation and test, the seed, and the column whose values stay together
   * (`splitSummaries`).
   */
  split?: { valid: number; test: number; seed: number; group?: string };
  /** Of the hub: a revision (default: the hub's Parquet as of now; name a commit for results that can be repeated), progress, and so on. */
  hub?: Omit<HubOptions, "kind" | "files">;
}

const count = integer(0);
const partCounts = fields<Partial<Record<SummaryPart, number>>>({ train: count, valid: count, test: count });
const loadChecks: Checks<LoadSummariesOptions> = {
  ...summaryChecks,
  aspects: listOf(oneOf(...aclsumAspects)),
  sections: listOf(oneOf("abstract", "introduction", "conclusion")),
  parts: listOf(oneOf(...parts)),
  shared: oneOf("keep", "drop", "fail"),
  rows: partCounts,
  split: fields({
    valid: required(count),
    test: required(count),
    seed: required(integer(Number.MIN_SAFE_INTEGER)),
    group: text,
  }),
  hub: made("a record of options of `fetchFromHub`"),
};

/** The options of these names that are given. */
function pick<T extends object, Name extends keyof T>(options: T, ...names: readonly Name[]): Pick<T, Name> {
  const given = names.filter(name => options[name] !== undefined);
  return Object.fromEntries(given.map(name => [name, options[name]])) as Pick<T, Name>;
}

/** Parts that were not asked for have no rows. */
export interface Summaries {
  train: ColumnTable;
  valid: ColumnTable;
  test: ColumnTable;
  /** What cleaning found and left out, by part; of one file, all of it under "file". */
  reports: Record<string, SummaryReport>;
}

/**
 * Documents with reference summaries, cleaned by `prepareSummaries`: "aclsum" of the set-up, "cnn-dailymail" (3.0.0) or "xsum" of the hub, a file of one's
 * own (.jsonl, .csv, .tsv, .parquet, .arrow) to be split by `split`, or three files.
 *
 *     const { train, valid, test } = await loadSummaries("aclsum", { aspects: ["outcome"] });
 *     const own = await loadSummaries({ train: "a.jsonl", valid: "b.jsonl", test: "c.jsonl" }, { document: "text", summary: "title" });
 *
 * Errors: an option out of its range; a name that is neither a data set nor a file, one file without `split`; a document in two parts, where
 * `shared` says so; those of the loaders and of `prepareSummaries`.
 */
export async function loadSummaries(
  source: string | Record<SummaryPart, string>,
  options: LoadSummariesOptions = {},
): Promise<Summaries> {
  checkOptions("loadSummaries", options, loadChecks);
  const { parts: wanted = parts, rows: most = {} } = options;
  const cleaning = pick(options, "document", "summary", "id", "empty");
  const { shared = typeof source === "string" ? "keep" : "fail" } = options;
  const none = aq.table({ id: [], document: [], summary: [] });
  const loaded: Summaries = { train: none, valid: none, test: none, reports: {} };
  const keep = (part: SummaryPart, rows: ColumnTable) => {
    if (wanted.includes(part)) loaded[part] = rows.slice(0, most[part]).reify();
  };
  if (typeof source === "string" && !isKnown(source)) {
    const { split } = options;
    if (!split)
      fail("loadSummaries", `"${source}" is one file`, "Say how it is split in `split`, or give three files.");
    const { rows, report } = prepareSummaries(await readTable(source), cleaning);
    const { seed, ...groups } = split!;
    const split3 = splitSummaries(rows, { ...groups, rng: seeded(seed).split("summaries") });
    for (const part of parts) keep(part, split3[part]);
    return { ...loaded, reports: { file: report } };
  }
  const all: SummaryParts = { train: none, valid: none, test: none };
  for (const part of parts) {
    if (!wanted.includes(part)) continue;
    const { table, columns } = await readPart(source, part, options);
    const { rows, report } = prepareSummaries(table, { ...columns, ...cleaning });
    all[part] = rows;
    loaded.reports[part] = report;
  }
  const separate = separateParts(all, shared);
  for (const part of wanted) {
    keep(part, separate.parts[part]);
    loaded.reports[part].shared = separate.shared[part];
  }
  return loaded;
}

/**
 * Of a data set of the hub: how many bytes are yet to be fetched, and its rows as published. Undefined for other sources. Errors: those of `bytesToFetch`.
 */
export function summariesOnHub(source: string | Record<SummaryPart, string>, options: LoadSummariesOptions = {}) {
  if (typeof source !== "string" || !Object.hasOwn(onHub, source)) return undefined;
  const { id, rows } = onHub[source as keyof typeof onHub];
  const { parts: wanted = parts, hub } = options;
  const toFetch = async () => {
    const bytes = wanted.map(part =>
      bytesToFetch(id, {
        revision: converted,
        ...hub,
        kind: "dataset",
        files: filesOf(source as keyof typeof onHub, part),
      }),
    );
    return (await Promise.all(bytes)).reduce((sum, own) => sum + own, 0);
  };
  return { rows, toFetch };
}

const filesOf = (source: keyof typeof onHub, part: SummaryPart): RegExp =>
  new RegExp(`${onHub[source].folder.replaceAll(".", "\\.")}/${hubNames[part]}/\\d+\\.parquet`);

const isKnown = (source: string) => source === "aclsum" || Object.hasOwn(onHub, source);

async function readPart(
  source: string | Record<SummaryPart, string>,
  part: SummaryPart,
  options: LoadSummariesOptions,
): Promise<{ table: ColumnTable; columns?: SummaryColumns }> {
  if (typeof source !== "string") return { table: await readTable(source[part]) };
  if (source === "aclsum") return { table: aclsum(aclsumNames[part], options) };
  const { id, folder, columns } = onHub[source as keyof typeof onHub];
  const inRepo = `${folder}/${hubNames[part]}`;
  const files = filesOf(source as keyof typeof onHub, part);
  const fetched = await fetchFromHub(id, { revision: converted, ...options.hub, kind: "dataset", files });
  const shards = readdirSync(path.join(fetched, inRepo))
    .filter(name => name.endsWith(".parquet"))
    .sort();
  const tables: ColumnTable[] = [];
  // One after the other: the raw texts of all of them would double the memory.
  for (const shard of shards)
    tables.push(withCleanTexts(await readTable(path.join(fetched, inRepo, shard)), Object.values(columns)));
  return { table: tables[0].concat(...tables.slice(1)), columns };
}
