// Few-shot classification tasks, by the name of their data set.

import { fail } from "../src/core/errors";
import { type Checks, checkOptions, integer, required } from "../src/core/options";
import { type FewShot, type FewShotOptions, fewShot } from "../src/tables/few-shot";
import { type MovieReviewOptions, movieReviewChecks, movieReviewClasses, movieReviews } from "./movie-reviews";

const sources = {
  "movie-reviews": { load: movieReviews, classes: movieReviewClasses },
};

export type DataSetName = keyof typeof sources;

export type LoadFewShotOptions = Omit<FewShotOptions, "classes" | "label" | "text"> & MovieReviewOptions;

const loadFewShotChecks: Checks<LoadFewShotOptions> = {
  shots: required(integer(1)),
  split: required(integer(Number.MIN_SAFE_INTEGER)),
  testSize: integer(1),
  ...movieReviewChecks,
};

/** A few-shot task from a data set. Errors: an unknown name; those of `checkOptions`, `fewShot` and the loader. */
export function loadFewShot(name: DataSetName, options: LoadFewShotOptions): FewShot {
  checkOptions("loadFewShot", options, loadFewShotChecks);
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (!source) fail("loadFewShot", `there is no data set "${name}"`, `There is ${Object.keys(sources).join(", ")}.`);
  const { file, keep, ...drawn } = options;
  return fewShot(source.load({ file, keep }), { ...drawn, classes: source.classes });
}
