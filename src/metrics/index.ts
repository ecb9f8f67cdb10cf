// `tw.metrics`: metrics of texts and of agreement, with intervals.

// Texts
export { rouge, type Rouge, type RougeOptions, type Overlap } from "./rouge";
export { meteor, type MeteorOptions, type Synonyms } from "./meteor";
export { loadWordNet } from "./wordnet";
export { bertScore, type BertScoreOptions } from "./bert-score";
export { distinct, repeatedShare } from "./diversity";
export { splitWords } from "./words";
export { porterStem } from "./porter-stem";

// Agreement
export { spearman, pairwiseAgreement } from "./agreement";
export { krippendorffAlpha } from "./krippendorff";
export { accuracy } from "./classification";

// Intervals
export {
  bootstrapMean,
  bootstrapDifference,
  type BootstrapDifference,
  type BootstrapOptions,
  type Interval,
} from "./bootstrap";

// Runs
export { atEqualKl, type EqualKl, type EqualKlOptions } from "./equal-kl";
