// npm run bench -- preferences [--json] [--pairs N]: loads a Parquet file of a million pairs, audits it and makes
// lists.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { audit } from "../../src/preferences/audit";
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

async function measure(file: string, json: boolean) {
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
  if (json) return console.log(JSON.stringify({ row: "preferences", ...measured, seconds }));
  const parts = Object.entries(seconds).map(([name, own]) => `${name} ${own.toFixed(1)}`);
  console.log(
    [
      `preferences   ${total.toFixed(1)} s (${parts.join(", ")}), peak ${peakGB.toFixed(2)} GB: `,
      `${measured.pairs} pairs of ${measured.candidates} responses, ${measured.fileMB.toFixed(0)} MB of Parquet; `,
      `${found.repetitions.duplicates} duplicates, ${found.repetitions.contradictions} contradictions`,
    ].join(""),
  );
}

async function main(args: string[]) {
  const after = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  const pairs = Number(after("--pairs") ?? 1_000_000);
  const unfinished = after("--make");
  if (unfinished) return make(unfinished, pairs);
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  try {
    const file = path.join(folder, "pairs.parquet");
    // In a separate process, whose memory is not counted
    const made = spawnSync(process.execPath, [__filename, "--make", file, "--pairs", String(pairs)], {
      stdio: "inherit",
    });
    if (made.status !== 0) throw new Error("The file of pairs could not be made; the error is above.");
    await measure(file, args.includes("--json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
