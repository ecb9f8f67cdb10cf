// `tw.preferences`: lists of preferences: agreement of annotators, mixtures, splits, draws, scores.

export { annotatorAgreement, type AnnotatorAgreement, majorityLists, ofAnnotators } from "./annotators";
export type { PreferenceAudit } from "./audit";
export { lengthControlled } from "./length-controlled";
export { drawLists, splitLists, type RankedLists } from "./lists";
export type { Message, Sequence } from "./lists-table";
export { meteorScore } from "./meteor-score";
export { numberLists } from "./number-lists";
export type { Sample } from "./rank-samples";
export { gapScore } from "./score";
export { type Following, mixLists } from "./source";
