// Synonyms from the files of Princeton's WordNet 3.0 (data/README.md).

import * as fs from "node:fs";
import * as path from "node:path";
import { cachePath } from "../core/cache";
import { fail } from "../core/errors";
import type { Synonyms } from "./meteor";

/** The endings that WordNet's `morphy` replaces, for each part of speech. */
const endings: Record<string, [ending: string, by: string][]> = {
  noun: pairs("s - ses s ves f xes x zes z ches ch shes sh men man ies y"),
  verb: pairs("s - ies y es e es - ed e ed - ing e ing -"),
  adj: pairs("er - est - er e est e"),
  adv: [],
};

/**
 * The synonyms of a word: all single words in the sets of synonyms of any of its base forms, of every part of speech,
 * as nltk's METEOR takes them. Reads the files data.* and *.exc of `folder` once, about a second.
 *
 *     const synonyms = loadWordNet();
 *     meteor(summary, reference, { synonyms });
 *
 * Errors: a missing file, naming the command that fetches it; a file in another format.
 */
export function loadWordNet(folder = cachePath("data", "wordnet")): Synonyms {
  const parts = Object.keys(endings).map(part => ({ ...readPart(folder, part), endings: endings[part] }));
  const none: ReadonlySet<string> = new Set();
  const known = new Map<string, ReadonlySet<string>>();
  const lookUp = (word: string): ReadonlySet<string> => {
    const found = new Set<string>();
    for (const { sets, exceptions, endings } of parts) {
      const irregular = exceptions.get(word);
      const regular = () => endings.filter(([end]) => word.endsWith(end)).map(([end, by]) => cut(word, end) + by);
      for (const form of [word, ...(irregular ?? regular())])
        for (const set of sets.get(form) ?? []) for (const name of set) found.add(name);
    }
    return found.size > 0 ? found : none;
  };
  return word => {
    const lower = word.toLowerCase();
    const before = known.get(lower);
    if (before) return before;
    if (known.size >= 100_000) known.clear();
    const found = lookUp(lower);
    known.set(lower, found);
    return found;
  };
}

interface Part {
  /**
   * The sets of synonyms that a word or an expression (its words joined by "_") in lower case is in; only single words
   * are listed in them.
   */
  sets: Map<string, string[][]>;
  /** Base forms of irregular ones. */
  exceptions: Map<string, string[]>;
}

function readPart(folder: string, part: string): Part {
  const sets = new Map<string, string[][]>();
  for (const [i, line] of lines(folder, `data.${part}`).entries()) {
    if (line.startsWith(" ") || line === "") continue; // the licence
    // "offset file kind size", then `size` pairs of a name and a hexadecimal number
    const size = Number.parseInt(line.slice(14, 16), 16);
    const fields = line.split(" ", 4 + 2 * size);
    if (!(size > 0) || fields.length < 4 + 2 * size)
      fail(`data.${part}:${i + 1}`, "it is not in WordNet's format", "Fetch the file again with `npm run setup`.");
    const names = Array.from({ length: size }, (_, n) => fields[4 + 2 * n].replace(/\([^()]*\)$/, ""));
    const single = names.filter(name => !name.includes("_"));
    for (const name of new Set(names.map(name => name.toLowerCase()))) {
      const own = sets.get(name);
      if (own) own.push(single);
      else sets.set(name, [single]);
    }
  }
  const exceptions = lines(folder, `${part}.exc`).map(line => line.trim().split(/\s+/));
  return { sets, exceptions: new Map(exceptions.map(([form, ...bases]) => [form, bases])) };
}

function lines(folder: string, name: string): string[] {
  const file = path.join(folder, name);
  try {
    return fs.readFileSync(file, "latin1").split("\n");
  } catch (error) {
    return fail(file, "WordNet's file cannot be read", "Run `npm run setup` to fetch it.", error);
  }
}

const cut = (word: string, ending: string): string => word.slice(0, word.length - ending.length);

/** "from to from to …"; "-" stands for nothing. */
function pairs(text: string): [string, string][] {
  return [...text.matchAll(/(\S+) (\S+)/g)].map(([, from, to]) => [from, to === "-" ? "" : to]);
}
