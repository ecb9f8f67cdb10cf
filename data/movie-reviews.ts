// Snippets of movie reviews, rated by people; the clear ones labelled by their sentiment.

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
 * All 10,605 snippets of movie reviews with the mean rating of 20 people, from −4 to 4 (Hutto and Gilbert 2014;
 * data/README.md). Columns: id, rating, text.
 *
 *     const rated = loadRatedReviews({ keep: text => text.length <= 100 });
 *
 * Errors: no such file (naming the command that fetches it); a malformed line; those of `checkOptions`.
 */
export function loadRatedReviews(options: MovieReviewOptions = {}): ColumnTable {
  checkOptions("loadRatedReviews", options, movieReviewChecks);
  const { file = defaultFile(), keep = () => true } = options;
  const columns = ["id", "rating", "text"];
  const rows = readDelimited(file, { columns, numbers: ["rating"], whenMissing: "Run `npm run setup`." });
  const ids = rows.array("id") as string[];
  const texts = (rows.array("text") as string[]).map(text => text.replaceAll("&amp;", "&"));
  const kept = [...texts.keys()].filter(row => keep(texts[row], Number(ids[row])));
  return rows.assign({ text: texts }).reify(kept);
}

/**
 * The snippets with clear ratings, as two classes: −1 and below is "negative", 1 and above "positive". Columns: id,
 * rating, text, label.
 *
 * Errors: those of `loadRatedReviews`.
 */
export function movieReviews(options: MovieReviewOptions = {}): ColumnTable {
  checkOptions("movieReviews", options, movieReviewChecks);
  const all = loadRatedReviews(options);
  const ratings = all.array("rating") as number[];
  const label = ratings.map(rating => movieReviewClasses[rating < 0 ? 0 : 1]);
  const clear = [...ratings.keys()].filter(row => Math.abs(ratings[row]) >= 1);
  return all.assign({ label } as unknown as ColumnTable).reify(clear);
}

const defaultFile = () => cachePath("data", "movie-reviews", "movieReviewSnippets_GroundTruth.txt");
