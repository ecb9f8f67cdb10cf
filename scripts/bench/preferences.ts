// npm run bench -- preferences [--json] [--pairs N] [--kind parquet|zstd|jsonl.gz|duck]: loads a file of a million
// pairs, audits it and makes lists: from Parquet as this library writes it, from Parquet with zstd and from packed JSON
// Lines; and audits ten times as many out of core with DuckDB, under a limit of 2 GB. Each row is its own process.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { audit } from "../../src/preferences/audit";
import { auditFiles } from "../../src/preferences/duck/audit-files";
import { quoted, withDatabase } from "../../src/preferences/duck/database";
import { fromTable } from "../../src/preferences/from-table";
import { numberLists } from "../../src/preferences/number-lists";
import { readTable, writeTable } from "../../src/tables/read-table";

/** Texts of 8 to 40 words, five pairs for each prompt, some of them repeated or reversed. */
async function make(file: string, pairs: number) {
  const rng = seeded(0);
  const words = Array.from({ length: 2000 }, (_, i) => ((i * 7919) % 104_729).toString(36));
  const text = (from: number, to: number) =>
    Array.from({ length: from + rng.integer(to - from) }, () => words[rng.integer(words.length)]).join(" ");
  const prompts = Array.from({ length: Math.ceil(pairs / 5) }, () => text(8, 16));
  const rows: [string, string, string][] = [];
  while (rows.length < pairs) {
    const [prompt, chosen, rejected] = rows[rng.integer(rows.length + 1)] ?? [prompts[0], "a", "b"];
    const kind = rng.integer(100);
    if (kind === 0) rows.push([prompt, chosen, rejected]);
    else if (kind === 1) rows.push([prompt, rejected, chosen]);
    else rows.push([prompts[rng.integer(prompts.length)], text(10, 40), text(8, 38)]);
  }
  const column = (c: 0 | 1 | 2) => rows.map(row => row[c]);
  const margin = Float64Array.from(rows, () => rng.integer(1000) / 250);
  await writeTable(file, aq.table({ prompt: column(0), chosen: column(1), rejected: column(2), margin }));
}

async function measure(kind: string, file: string, json: boolean) {
  const seconds: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - start) / 1000;
    return result;
  };
  const table = await timed("load", () => readTable(file));
  const lists = await timed("lists", () => fromTable(table));
  const found = await timed("audit", () => audit(lists));
  const { candidates } = await timed("number", () => numberLists(lists));
  const total = Object.values(seconds).reduce((sum, own) => sum + own, 0);
  const peakGB = process.resourceUsage().maxRSS / 1e6;
  const measured = {
    pairs: found.pairs,
    candidates: candidates.numRows(),
    fileMB: statSync(file).size / 1e6,
    total,
    peakGB,
  };
  if (json) return console.log(JSON.stringify({ row: rowOf(kind), ...measured, seconds }));
  const parts = Object.entries(seconds).map(([name, own]) => `${name} ${own.toFixed(1)}`);
  console.log(
    [
      `${rowOf(kind).padEnd(13)} ${total.toFixed(1)} s (${parts.join(", ")}), peak ${peakGB.toFixed(2)} GB: `,
      `${measured.pairs} pairs of ${measured.candidates} responses, ${measured.fileMB.toFixed(0)} MB of ${kind}; `,
      `${found.repetitions.duplicates} duplicates, ${found.repetitions.contradictions} contradictions`,
    ].join(""),
  );
}

/** Under its old name the file that this library writes; the others by what they are. */
const rowOf = (kind: string) => (kind === "parquet" ? "preferences" : `preferences, ${kind}`);
const kinds = ["parquet", "zstd", "jsonl.gz", "duck"];
const shards = 10;

/** The pairs in another form; for DuckDB as shards of other texts each. */
async function convert(kind: string, file: string, folder: string): Promise<string> {
  if (kind === "parquet") return file;
  const from = `read_parquet(${quoted(file)})`;
  await withDatabase("bench", { memory: "4GB" }, async ({ run }) => {
    if (kind === "zstd") await run(`COPY (FROM ${from}) TO ${quoted(`${file}.zstd.parquet`)} (COMPRESSION zstd)`);
    if (kind === "jsonl.gz")
      await run(`COPY (FROM ${from}) TO ${quoted(`${file}.jsonl.gz`)} (FORMAT json, COMPRESSION gzip)`);
    for (let i = 0; kind === "duck" && i < shards; i++)
      await run(`COPY (SELECT prompt || ' ${i}' AS prompt, chosen, rejected, margin FROM ${from})
        TO ${quoted(path.join(folder, `shard-${i}.parquet`))} (COMPRESSION zstd)`);
  });
  return kind === "duck" ? path.join(folder, "shard-*.parquet") : `${file}.${kind === "zstd" ? "zstd.parquet" : kind}`;
}

async function measureDuck(files: string, json: boolean) {
  const start = performance.now();
  const found = await auditFiles(files, { memory: "1500MB" });
  const usage = process.resourceUsage();
  const measured = {
    pairs: found.pairs,
    candidates: found.candidates,
    total: (performance.now() - start) / 1000,
    processor: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakGB: usage.maxRSS / 1e6,
  };
  if (json) return console.log(JSON.stringify({ row: rowOf("duck"), ...measured }));
  console.log(
    [
      `${rowOf("duck").padEnd(13)} ${measured.total.toFixed(1)} s, ${measured.processor.toFixed(1)} s of processor, `,
      `peak ${measured.peakGB.toFixed(2)} GB: ${found.pairs} pairs of ${found.candidates} responses; `,
      `${found.repetitions.duplicates} duplicates, ${found.repetitions.contradictions} contradictions`,
    ].join(""),
  );
}

function inProcess(...args: string[]) {
  const { status } = spawnSync(process.execPath, [__filename, ...args], { stdio: "inherit" });
  if (status !== 0) throw new Error("A part of the benchmark failed; the error is above.");
}

async function main(args: string[]) {
  const after = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  const json = args.includes("--json");
  const pairs = Number(after("--pairs") ?? 1_000_000);
  const [unfinished, file, kind] = [after("--make"), after("--file"), after("--kind")];
  if (unfinished) return make(unfinished, pairs);
  if (kind !== undefined && !kinds.includes(kind)) throw new Error(`There is no kind ${kind}: ${kinds.join(", ")}.`);
  if (file) return kind === "duck" ? measureDuck(file, json) : measure(kind!, file, json);
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  try {
    const made = path.join(folder, "pairs.parquet");
    inProcess("--make", made, "--pairs", String(pairs));
    for (const own of kind === undefined ? kinds : [kind]) {
      const converted = await convert(own, made, folder);
      inProcess("--file", converted, "--kind", own, ...(json ? ["--json"] : []));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
