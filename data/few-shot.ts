import { fail } from "../src/core/errors";
import { type FewShot, type FewShotOptions, fewShot } from "../src/tables/few-shot";
import { type MovieReviewOptions, movieReviewClasses, movieReviews } from "./movie-reviews";

const sources = {
  "movie-reviews": { load: movieReviews, classes: movieReviewClasses },
};

export type DataSetName = keyof typeof sources;

export type LoadFewShotOptions = Omit<FewShotOptions, "classes" | "label" | "text"> & MovieReviewOptions;

/** A few-shot task out of a data set by its name. Errors: an unknown name, and those of `fewShot` and the loader. */
export function loadFewShot(name: DataSetName, options: LoadFewShotOptions): FewShot {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (!source) fail("loadFewShot", `there is no data set "${name}"`, `There is ${Object.keys(sources).join(", ")}.`);
  const { file, keep, ...split } = options;
  return fewShot(source.load({ file, keep }), { ...split, classes: source.classes });
}
