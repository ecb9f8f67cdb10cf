import * as aq from "arquero";
import { type Checks, checkOptions, integer } from "../../core/options";
import type { PreferenceAudit } from "../audit";
import { type LengthBias, lengthBiasOf } from "../length-bias";
import { graphOf, strongComponents } from "../strong-components";
import { type Database, type Row, withDatabase } from "./database";
import { makePairs, type PairFiles, pairFileChecks } from "./pair-table";

/** Options of `auditFiles`: which files and columns, how much memory, bins of the histogram. */
export interface AuditFilesOptions extends PairFiles {
  /** Bins of the histogram of margins. Default 20. */
  bins?: number;
}

export const auditFilesChecks: Checks<AuditFilesOptions> = { ...pairFileChecks, bins: integer(1) };

/**
 * The audit of pairs in files that do not fit in memory, by DuckDB: a file, a pattern of files, a folder, or a data set
 * of the hub. The record is that of `audit(fromPairs(table))` for pairs of texts with a column of prompts; without one,
 * all pairs answer the prompt "". Agreement of annotators is left out.
 *
 * Errors: an option out of its range; DuckDB is not installed; no such file or column; a column of conversations; a row
 * without a text.
 */
export async function auditFiles(pattern: string, options: AuditFilesOptions = {}): Promise<PreferenceAudit> {
  checkOptions("auditFiles", options, auditFilesChecks);
  const { bins = 20, memory, threads, temp } = options;
  return withDatabase("auditFiles", { memory, threads, temp }, async (database, folder) => {
    await makePairs("auditFiles", database, folder, pattern, options);
    const one = async (sql: string) => (await database.rows(sql))[0];
    const numbers = await one(`SELECT count(*)::DOUBLE AS lists, sum(tied::INT)::DOUBLE AS ties,
      sum((c = r)::INT)::DOUBLE AS identical, sum((NOT tied AND sc < sr)::INT)::DOUBLE AS against FROM pair`);
    // Candidates in the order in which they first appear, with that place.
    await database.run(`CREATE TABLE candidate AS SELECT p, c AS t, min(n) AS first FROM (
      SELECT p, c, 2 * i AS n FROM pair UNION ALL SELECT p, r, 2 * i + 1 FROM pair) GROUP BY p, c`);
    const sizes = await one(
      `SELECT count(*)::DOUBLE AS candidates, count(DISTINCT p)::DOUBLE AS prompts FROM candidate`,
    );
    await database.run(`CREATE TABLE judged AS SELECT p, least(c, r) AS lo, greatest(c, r) AS hi, annotator,
      CASE WHEN tied THEN 0 WHEN c < r THEN 1 ELSE -1 END AS outcome, i FROM pair WHERE c <> r`);
    const lists = Number(numbers.lists);
    return {
      lists,
      prompts: Number(sizes.prompts),
      candidates: Number(sizes.candidates),
      sizes: aq.table({ size: [2], lists: [lists] }),
      pairs: lists,
      ties: Number(numbers.ties),
      identical: Number(numbers.identical),
      contradictedByScores: Number(numbers.against ?? 0),
      length: await lengths(database),
      repetitions: await repetitions(database),
      cycles: await cycles(database),
      margins: await margins(database, bins),
      thinned: 0,
    };
  });
}

async function lengths(database: Database): Promise<LengthBias> {
  const [sums] = await database.rows(`SELECT count(*)::DOUBLE AS n, sum(a - b)::DOUBLE AS difference,
    sum(a + b)::DOUBLE AS total, sum(a::DOUBLE * a + b::DOUBLE * b) AS squares FROM pair WHERE NOT tied`);
  const rows = await database.rows(`SELECT least(9, floor(abs(a - b)::DOUBLE / greatest(a, b) * 10))::INT AS bin,
    count(*)::DOUBLE AS pairs, sum((a > b)::INT)::DOUBLE AS wins FROM pair WHERE NOT tied AND a <> b GROUP BY bin`);
  const pairs = new Int32Array(10);
  const wins = new Int32Array(10);
  for (const row of rows) {
    pairs[Number(row.bin)] = Number(row.pairs);
    wins[Number(row.bin)] = Number(row.wins);
  }
  const [count, difference, sum, squares] = ["n", "difference", "total", "squares"].map(name =>
    Number(sums[name] ?? 0),
  );
  return lengthBiasOf({ count, difference, sum, squares, pairs, wins });
}

async function repetitions(database: Database) {
  await database.run(`CREATE TABLE compared AS SELECT p, lo, hi, count(*) AS n, sum((outcome = 1)::INT) AS los,
    sum((outcome = -1)::INT) AS his, sum((outcome = 0)::INT) AS ties, sum(outcome) AS balance FROM judged GROUP BY p, lo, hi`);
  const [duplicates] = await database.rows(`SELECT coalesce(sum(n - 1), 0)::DOUBLE AS n FROM (
    SELECT count(*) AS n FROM judged GROUP BY p, lo, hi, annotator, outcome)`);
  const [self] = await database.rows(`SELECT count(*)::DOUBLE AS n FROM (SELECT DISTINCT p, lo, hi FROM (
    SELECT p, lo, hi, annotator FROM judged GROUP BY p, lo, hi, annotator
    HAVING max(outcome) = 1 AND min(outcome) = -1))`);
  const found = await database.rows(`SELECT l.first::DOUBLE AS lo, h.first::DOUBLE AS hi, los::INT AS los,
    his::INT AS his, ties::INT AS ties FROM compared JOIN candidate l ON l.p = compared.p AND l.t = lo
    JOIN candidate h ON h.p = compared.p AND h.t = hi WHERE los > 0 AND his > 0`);
  const ordered = found
    .map(row => {
      const [lo, hi] = [Number(row.lo), Number(row.hi)];
      const wins = [Number(row.los), Number(row.his)];
      const [first, second] = lo < hi ? [lo, hi] : [hi, lo];
      return { first, second, wins: lo < hi ? wins : wins.reverse(), ties: Number(row.ties) };
    })
    .sort((x, y) => x.first - y.first || x.second - y.second);
  const texts = await textsAt(
    database,
    ordered.flatMap(({ first, second }) => [first, second]),
  );
  return {
    duplicates: Number(duplicates.n),
    contradictions: ordered.length,
    selfContradictions: Number(self.n),
    contradicted: aq.table({
      prompt: ordered.map(({ first }) => texts.get(first)?.prompt),
      first: ordered.map(({ first }) => texts.get(first)?.response),
      second: ordered.map(({ second }) => texts.get(second)?.response),
      firstWins: ordered.map(({ wins }) => wins[0]),
      secondWins: ordered.map(({ wins }) => wins[1]),
      ties: ordered.map(({ ties }) => ties),
    }),
  };
}

/** Prompts and responses at places 2i (chosen) and 2i + 1 (rejected). */
async function textsAt(database: Database, places: readonly number[]): Promise<Map<number, Row>> {
  const out = new Map<number, Row>();
  for (let start = 0; start < places.length; start += 10_000) {
    const part = places.slice(start, start + 10_000);
    const rows = await database.rows(`SELECT i::DOUBLE AS i, prompt, chosen, rejected FROM source
      WHERE i IN (${[...new Set(part.map(place => Math.floor(place / 2)))].join(", ")})`);
    const byRow = new Map(rows.map(row => [Number(row.i), row]));
    for (const place of part) {
      const row = byRow.get(Math.floor(place / 2))!;
      out.set(place, { prompt: row.prompt, response: place % 2 ? row.rejected : row.chosen });
    }
  }
  return out;
}

/** Cycles of the majority: edges from or to dead ends are cut in SQL, then components are found in the rest. */
async function cycles(database: Database): Promise<PreferenceAudit["cycles"]> {
  await database.run(`CREATE TABLE edge AS SELECT p, CASE WHEN balance > 0 THEN lo ELSE hi END AS f,
    CASE WHEN balance > 0 THEN hi ELSE lo END AS t FROM compared WHERE balance <> 0`);
  for (let before = -1, rounds = 0; rounds < 20; rounds++) {
    await database.run(`CREATE OR REPLACE TABLE edge AS SELECT * FROM edge x
      WHERE EXISTS (SELECT 1 FROM edge y WHERE y.p = x.p AND y.t = x.f)
      AND EXISTS (SELECT 1 FROM edge y WHERE y.p = x.p AND y.f = x.t)`);
    const [{ n }] = await database.rows("SELECT count(*)::DOUBLE AS n FROM edge");
    if (n === before || n === 0) break;
    before = Number(n);
  }
  const edges = await database.rows(`SELECT f.first::DOUBLE AS f, t.first::DOUBLE AS t FROM edge
    JOIN candidate f ON f.p = edge.p AND f.t = edge.f JOIN candidate t ON t.p = edge.p AND t.t = edge.t`);
  const places = [...new Set(edges.flatMap(({ f, t }) => [Number(f), Number(t)]))].sort((a, b) => a - b);
  const numbers = new Map(places.map((place, number) => [place, number]));
  const ends = (of: "f" | "t") => edges.map(row => numbers.get(Number(row[of]))!);
  const found = strongComponents(graphOf(places.length, ends("f"), ends("t")));
  const firsts = found.map(cycle => places[Math.min(...cycle)]);
  const texts = await textsAt(database, firsts);
  return {
    prompts: new Set(firsts.map(place => texts.get(place)!.prompt)).size,
    candidates: found.reduce((sum, cycle) => sum + cycle.length, 0),
    table: aq.table({
      prompt: firsts.map(place => texts.get(place)!.prompt),
      candidates: found.map(cycle => cycle.length),
    }),
  };
}

async function margins(database: Database, bins: number): Promise<PreferenceAudit["margins"]> {
  const value = "CASE WHEN margin IS NULL OR isnan(margin) THEN sc - sr ELSE margin END";
  const finite = `SELECT v FROM (SELECT ${value} AS v FROM pair) WHERE v IS NOT NULL AND isfinite(v)`;
  const [row] = await database.rows(`SELECT count(*)::DOUBLE AS known, min(v) AS low, max(v) AS high, sum(v) AS sum
    FROM (${finite})`);
  const [{ n }] = await database.rows("SELECT count(*)::DOUBLE AS n FROM pair");
  const [known, low, high] = [Number(row.known), Number(row.low), Number(row.high)];
  const count = new Int32Array(known === 0 ? 0 : low === high ? 1 : bins);
  const width = (high - low) / count.length;
  if (known > 0) {
    const bin = width > 0 ? `least(${count.length - 1}, floor((v - ${low}) / ${width}))` : "0";
    for (const { b, k } of await database.rows(
      `SELECT (${bin})::INT AS b, count(*)::DOUBLE AS k FROM (${finite}) GROUP BY b`,
    ))
      count[Number(b)] = Number(k);
  }
  return {
    known,
    missing: Number(n) - known,
    mean: Number(row.sum ?? 0) / known,
    histogram: aq.table({
      from: Float64Array.from(count, (_, at) => low + at * width),
      to: Float64Array.from(count, (_, at) => low + (at + 1) * width),
      count,
    }),
  };
}
