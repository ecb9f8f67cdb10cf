// `tw.preferences`: lists of preferences: agreement of annotators, mixtures, splits, draws, scores.

export { annotatorAgreement, type AnnotatorAgreement, majorityLists, ofAnnotators } from "./annotators";
export type { PreferenceAudit } from "./audit";
export { fromSteps, stepRewards } from "./from-steps";
export { formOf } from "./from-table";
export { fromTrees } from "./from-trees";
export { auditFiles, type AuditFilesOptions } from "./duck/audit-files";
export { type NumberedFiles, numberFiles } from "./duck/number-files";
export { lengthControlled } from "./length-controlled";
export { drawLists, splitLists, type RankedLists } from "./lists";
export type { Message, Sequence } from "./lists-table";
export { meteorScore } from "./meteor-score";
export { numberLists } from "./number-lists";
export type { Sample } from "./rank-samples";
export { gapScore } from "./score";
export { type Following, mixLists } from "./source";
