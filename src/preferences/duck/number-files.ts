import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import { checkOptions } from "../../core/options";
import { quoted, withDatabase } from "./database";
import { makePairs, type PairFiles, pairFileChecks } from "./pair-table";

/** What `numberFiles` has written. */
export interface NumberedFiles {
  /** Parquet with columns candidate (the number, from 0), prompt, response; a row for each, in the order of numbers. */
  candidates: string;
  /** Parquet with columns list, group (lists of one prompt), better, worse (candidates), tied; in the files' order. */
  lists: string;
  counts: { candidates: number; lists: number };
}

/**
 * Numbers the distinct candidates of pairs in files that do not fit in memory, by first appearance as `numberLists`
 * does, and writes them and the lists in their numbers to a folder as Parquet.
 *
 * Errors: as `auditFiles`; a folder that cannot be written.
 */
export async function numberFiles(pattern: string, folder: string, options: PairFiles = {}): Promise<NumberedFiles> {
  checkOptions("numberFiles", options, pairFileChecks);
  const { memory, threads, temp } = options;
  await mkdir(folder, { recursive: true });
  const [candidates, lists] = ["candidates.parquet", "lists.parquet"].map(name => path.join(folder, name));
  const counts = await withDatabase("numberFiles", { memory, threads, temp }, async (database, own) => {
    await makePairs("numberFiles", database, own, pattern, options);
    await database.run(`CREATE TABLE candidate AS SELECT p, c AS t, first, row_number() OVER (ORDER BY first) - 1 AS n
      FROM (SELECT p, c, min(n) AS first FROM (
        SELECT p, c, 2 * i AS n FROM pair UNION ALL SELECT p, r, 2 * i + 1 FROM pair) GROUP BY p, c)`);
    await database.run(`CREATE TABLE asked AS SELECT p, row_number() OVER (ORDER BY first) - 1 AS g
      FROM (SELECT p, min(first) AS first FROM candidate GROUP BY p)`);
    const write = (sql: string, file: string) =>
      database.run(`COPY (${sql}) TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd)`);
    await write(
      `SELECT n AS candidate, prompt, CASE WHEN first % 2 = 0 THEN chosen ELSE rejected END AS response
       FROM candidate JOIN source ON i = first // 2 ORDER BY n`,
      candidates,
    );
    await write(
      `SELECT i AS list, CASE WHEN (SELECT count(*) FROM asked) > 1 THEN g ELSE i END AS "group", x.n AS better,
       y.n AS worse, tied FROM pair JOIN asked USING (p) JOIN candidate x ON x.p = pair.p AND x.t = pair.c
       JOIN candidate y ON y.p = pair.p AND y.t = pair.r ORDER BY i`,
      lists,
    );
    const [row] = await database.rows(`SELECT (SELECT count(*) FROM candidate)::DOUBLE AS candidates,
      (SELECT count(*) FROM pair)::DOUBLE AS lists`);
    return { candidates: Number(row.candidates), lists: Number(row.lists) };
  });
  return { candidates, lists, counts };
}
