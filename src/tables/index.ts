// `tw.tables`: tables and files beyond `readTable` and `writeTable`.

export { fewShot } from "./few-shot";
export { readDelimited, readJsonLines } from "./files";
export { prepareSummaries, type SummaryOptions, type SummaryReport } from "./summaries";
export { type SharedDocuments, splitSummaries } from "./summary-parts";
export type { ReadTableOptions } from "./read-table";
