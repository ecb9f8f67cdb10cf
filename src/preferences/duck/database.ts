// DuckDB, an optional package, for tables that do not fit in memory.

import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { fail } from "../../core/errors";
import { type Checks, checkOptions, integer, text } from "../../core/options";

export interface DuckOptions {
  /** Memory for DuckDB, such as "2GB". The process takes about 200 MB more. Default "2GB". */
  memory?: string;
  /** Threads. Default: the processor's. */
  threads?: number;
  /** Folder for what does not fit, about twice the size of the files. Default: the system's temporary one. */
  temp?: string;
}

export const duckChecks: Checks<DuckOptions> = {
  memory: { expected: 'a size such as "2GB"', accepts: value => /^\d+(\.\d+)?\s?[KMGT]i?B$/.test(String(value)) },
  threads: integer(1),
  temp: text,
};

/** What the version is that was tried with this library. */
const version = "1.5.6-r.1";

export type Row = Record<string, unknown>;

/** Runs statements, and queries that give rows; numbers are numbers, 128-bit keys BigInt. */
export interface Database {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<Row[]>;
}

/**
 * Does some work with a database in a folder that is gone afterwards.
 *
 * Errors: the package is not installed; those of DuckDB, with what to do where memory or disk run out.
 */
export async function withDatabase<T>(
  where: string,
  options: DuckOptions,
  work: (database: Database, folder: string) => Promise<T>,
): Promise<T> {
  checkOptions(where, options, duckChecks);
  const { memory = "2GB", threads = os.availableParallelism(), temp = os.tmpdir() } = options;
  const duck = await import("@duckdb/node-api").catch(error =>
    fail(where, "DuckDB is not installed", `Install it: npm install @duckdb/node-api@${version}`, error),
  );
  const folder = await mkdtemp(path.join(temp, "tokenwise-duck-"));
  const settings = { memory_limit: memory, threads: String(threads), temp_directory: path.join(folder, "spilled") };
  const instance = await duck.DuckDBInstance.create(path.join(folder, "data.db"), settings);
  try {
    const connection = await instance.connect();
    const own = {
      run: async (sql: string) => void (await connection.run(sql)),
      rows: async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[],
    };
    return await work(own, folder).finally(() => connection.closeSync());
  } catch (error) {
    const { message } = error as Error;
    if (!/out of memory|no space left|disk space/i.test(message)) throw error;
    return fail(where, message.split("\n")[0], "Give it more `memory`, or a `temp` on a larger disk.", error);
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A text or a name in SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const named = (name: string): string => `"${name.replaceAll('"', '""')}"`;
