// Snippets of movie reviews, labelled by their sentiment.

import type { ColumnTable } from "arquero";
import { cachePath } from "../src/core/cache";
import { type Checks, callback, checkOptions, text } from "../src/core/options";
import { readDelimited } from "../src/tables/files";

/** The classes of the reviews. */
export const movieReviewClasses = ["negative", "positive"] as const;

export interface MovieReviewOptions {
  /** Path of the file. Default: where `npm run setup` puts it. */
  file?: string;
  /** Which snippets to keep, for example by their number of tokens or by their id. Default: all. */
  keep?: (text: string, id: number) => boolean;
}

export const movieReviewChecks: Checks<MovieReviewOptions> = { file: text, keep: callback };

/**
 * Snippets of movie reviews with the mean rating of 20 people, from −4 to 4 (Hutto and Gilbert 2014; data/README.md).
 * Columns: id, rating, text, label. Only clear ratings: −1 and below is "negative", 1 and above "positive".
 *
 * Errors: no such file (naming the command that fetches it); a malformed line; those of `checkOptions`.
 */
export function movieReviews(options: MovieReviewOptions = {}): ColumnTable {
  checkOptions("movieReviews", options, movieReviewChecks);
  const { file = defaultFile(), keep = () => true } = options;
  const columns = ["id", "rating", "text"];
  const rows = readDelimited(file, { columns, numbers: ["rating"], whenMissing: "Run `npm run setup`." });
  const ratings = rows.array("rating") as number[];
  const ids = rows.array("id") as string[];
  const texts = (rows.array("text") as string[]).map(text => text.replaceAll("&amp;", "&"));
  const kept = [...texts.keys()].filter(row => Math.abs(ratings[row]) >= 1 && keep(texts[row], Number(ids[row])));
  const labels = ratings.map(rating => movieReviewClasses[rating < 0 ? 0 : 1]);
  return rows.assign({ text: texts, label: labels }).reify(kept);
}

const defaultFile = () => cachePath("data", "movie-reviews", "movieReviewSnippets_GroundTruth.txt");
