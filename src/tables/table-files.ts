// Which files a table is in: one, a pattern of shards, the folder of a saved data set, a data set of the hub.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { hubFiles } from "../hub/files";
import { fetchFromHub, type HubOptions } from "../hub/hub";
import { isOnHub } from "../hub/resolve-model";
import { chooseFiles, type Part } from "./splits";

/** Which part of a data set is read. */
export interface PartOptions extends Part {
  /** Of a data set on the hub: a branch, a tag or a commit's 40 digits. Default: the hub's own Parquet of it. */
  revision?: string;
}

/** Where the hub keeps each data set as Parquet: CONFIG/SPLIT/0000.parquet. */
const converted = "refs/convert/parquet";

/**
 * The files of a table, in their order.
 *
 * Errors: no such file; a pattern that matches none; a folder without tables; a data set that the hub does not have; a
 * split or configuration that must be named, with those that there are.
 */
export async function tableFiles(file: string, part: PartOptions, endings: readonly string[]): Promise<string[]> {
  const isTable = (name: string) => endings.some(ending => name.toLowerCase().endsWith(ending));
  const info = fs.statSync(file, { throwIfNoEntry: false });
  if (info?.isDirectory()) return savedFiles(file, part, isTable);
  if (info) return [needNoPart(file, part)];
  if (/[*?]/.test(file)) {
    const found = matching(file);
    if (found.length === 0) fail(file, "no file matches the pattern", `The current folder is ${process.cwd()}.`);
    needNoPart(file, part);
    return found;
  }
  if (/^[\w.-]+\/[\w.-]+(@.+)?$/.test(file) && !isTable(file) && isOnHub(file)) return fetched(file, part, isTable);
  if (!isTable(file))
    fail("readTable", `"${file}" has no known extension`, `Use one of ${endings.join(", ")}, or a name of the hub.`);
  fail(file, "there is no such file", "Check the path.");
}

function needNoPart(file: string, { split, config, revision }: PartOptions): string {
  const said = Object.entries({ split, config, revision }).find(([, value]) => value !== undefined);
  if (said)
    fail(file, `it is a file and has no ${said[0]}`, "Leave it out: it is for folders and data sets of the hub.");
  return file;
}

/** Files that match a pattern: * and ? stand for characters within a name, ** for folders. */
function matching(pattern: string): string[] {
  const parts = pattern.split(/[\\/]/);
  const first = parts.findIndex(part => /[*?]/.test(part));
  const root = parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
  const rest = parts.slice(first);
  if (!fs.existsSync(root)) return [];
  const source = rest
    .map(part => (part === "**" ? "(?:[^/]+/)*" : `${escaped(part)}/`))
    .join("")
    .replace(/\/$/, "");
  const form = new RegExp(`^${source}$`);
  const deep = rest.length > 1;
  return fs
    .readdirSync(root, { recursive: deep, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter(file => form.test(path.relative(root, file).split(path.sep).join("/")))
    .sort(natural);
}

const escaped = (part: string) =>
  part
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");

/** part-2 before part-10. */
const natural = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true }) || (a < b ? -1 : 1);

/** The files of a folder: a data set that Hugging Face's `save_to_disk` wrote, or tables by their splits. */
function savedFiles(folder: string, part: PartOptions, isTable: (name: string) => boolean): string[] {
  if (part.revision !== undefined) fail(folder, "it is a folder and has no revision", "Leave it out.");
  const json = (name: string) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
  if (fs.existsSync(path.join(folder, "dataset_dict.json"))) {
    const splits = json("dataset_dict.json").splits as string[];
    const split = part.split ?? (splits.length === 1 ? splits[0] : undefined);
    if (split === undefined || !splits.includes(split))
      fail(folder, `its splits are ${splits.join(", ")}`, `Say which: readTable(folder, { split: "${splits[0]}" }).`);
    return savedFiles(path.join(folder, split), { ...part, split: undefined }, isTable);
  }
  if (fs.existsSync(path.join(folder, "state.json"))) {
    if (part.split !== undefined || part.config !== undefined)
      fail(folder, "it is one saved data set", "Leave `split` and `config` out.");
    const state = json("state.json");
    if (state._indices_files?.length > 0)
      fail(folder, "it was saved with a selection of rows beside it", "Save it after flatten_indices().");
    return (state._data_files as { filename: string }[]).map(({ filename }) => inside(folder, filename));
  }
  const names = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map(name => name.split(path.sep).join("/"))
    .filter(isTable)
    .sort(natural);
  if (names.length === 0) fail(folder, "there is no table in this folder", "Name a file, or a pattern of files.");
  return chooseFiles(folder, names, part).map(name => path.join(folder, name));
}

function inside(folder: string, name: string): string {
  if (path.basename(name) !== name) fail(folder, `its state.json names "${name}"`, "Fetch the data set again.");
  return path.join(folder, name);
}

/** The files of a data set on the hub, fetched into the cache that models have, too. */
async function fetched(id: string, part: PartOptions, isTable: (name: string) => boolean): Promise<string[]> {
  const [name, behind] = id.split(/@(.*)/s);
  const revision = part.revision ?? behind;
  const list = (of: string) => hubFiles(name, { kind: "dataset", revision: of });
  let own: HubOptions = { kind: "dataset", revision: revision ?? converted };
  let names: string[];
  try {
    names = await list(own.revision!);
  } catch (error) {
    if (revision !== undefined || !/revision/i.test((error as Error).message)) throw error;
    own = { ...own, revision: "main" }; // the hub has not converted it
    names = await list("main");
  }
  const tables = names.filter(isTable).sort(natural);
  if (tables.length === 0)
    fail(name, "the data set has no file of a table", `It has ${names.slice(0, 20).join(", ")}.`);
  const files = chooseFiles(name, tables, part);
  const folder = await fetchFromHub(name, { ...own, files });
  return files.map(file => path.join(folder, file));
}
