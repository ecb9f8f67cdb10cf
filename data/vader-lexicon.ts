// VADER's lexicon: the sentiment of words.

import { cachePath } from "../src/core/cache";
import { type Checks, checkOptions, text } from "../src/core/options";
import { readDelimited } from "../src/tables/files";

export interface VaderLexiconOptions {
  /** Path of the file. Default: where `npm run setup` puts it. */
  file?: string;
}

const vaderLexiconChecks: Checks<VaderLexiconOptions> = { file: text };

/**
 * 7,520 words and emoticons, lower case, with their valence: the mean rating of ten people, from −4 to 4 (Hutto and
 * Gilbert 2014; data/README.md).
 *
 * Errors: no such file (naming the command that fetches it); a malformed line; an option that does not exist.
 */
export function loadVaderLexicon(options: VaderLexiconOptions = {}): Map<string, number> {
  checkOptions("loadVaderLexicon", options, vaderLexiconChecks);
  const { file = cachePath("data", "movie-reviews", "vader_lexicon.txt") } = options;
  const columns = ["word", "valence", "std", "ratings"];
  const rows = readDelimited(file, { columns, numbers: ["valence"], whenMissing: "Run `npm run setup`." });
  const valences = rows.array("valence") as number[];
  return new Map((rows.array("word") as string[]).map((word, row) => [word, valences[row]]));
}
