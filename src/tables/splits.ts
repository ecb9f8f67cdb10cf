// Splits and configurations of data sets, by the names of their files.

import { fail } from "../core/errors";

/** A part of a data set. */
export interface Part {
  /** Such as "train". Default: the only one. */
  split?: string;
  /** Configuration, a data set's name for one of its versions. Default: the only one, or "default". */
  config?: string;
}

/** As data sets call them in file names: train-00000-of-00002.parquet, validation/0000.parquet, dpo_test.jsonl. */
const usual = /(?:^|[-_./])((?:partial-)?(?:train|test|validation|valid|val|dev|eval)(?:_[a-z]+)?)(?=$|[-_./\d])/i;

interface Place {
  file: string;
  split: string;
  config: string;
}

/**
 * The files of one split and one configuration.
 *
 * Errors: several splits or configurations, none of them named; one that is not there. @param where names the data set
 */
export function chooseFiles(where: string, files: readonly string[], { split, config }: Part): string[] {
  const places = files.map(placeOf);
  const ofConfig = chosen(where, "config", places, config, "default");
  return chosen(where, "split", ofConfig, split, undefined).map(({ file }) => file);
}

function placeOf(file: string): Place {
  const folders = file.split("/");
  const name = folders.pop()!.replace(/\.[^.]*?(\.gz)?$/i, "");
  const isSplit = (folder: string) => usual.exec(folder)?.[0] === folder;
  const of = folders.findIndex(isSplit);
  const plain = folders.filter(folder => !["data", "."].includes(folder));
  if (of >= 0) return { file, split: folders[of], config: folders.slice(0, of).join("/") || "default" };
  const shard = name.replace(/-\d{5}-of-\d{5}.*$/, "").replace(/^data$/, "");
  const split = usual.exec(shard)?.[1] ?? (shard !== name ? shard : "");
  // Converted data sets have other splits, too: CONFIG/SPLIT/0000.parquet
  if (split === "" && /^\d{4,}$/.test(name) && folders.length === 2)
    return { file, split: folders[1], config: folders[0] };
  return { file, split, config: plain.join("/") || "default" };
}

function chosen(
  where: string,
  part: "split" | "config",
  places: readonly Place[],
  wanted: string | undefined,
  usual: string | undefined,
): Place[] {
  const names = [...new Set(places.map(place => place[part]))];
  const listed = names.map(name => JSON.stringify(name)).join(", ");
  const name = wanted ?? (names.length === 1 ? names[0] : names.find(own => own === usual));
  if (name === undefined)
    fail(where, `it has the ${part}s ${listed}`, `Say which: readTable(…, { ${part}: ${JSON.stringify(names[0])} }).`);
  if (!names.includes(name)) fail(where, `it has no ${part} "${name}"`, `There are ${listed}.`);
  return places.filter(place => place[part] === name);
}
