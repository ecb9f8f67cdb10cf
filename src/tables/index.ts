// `tw.tables`: tables and files beyond `readTable` and `writeTable`.

export { fewShot } from "./few-shot";
export { readDelimited, readJsonLines } from "./files";
export { prepareSummaries, splitSummaries, type SummaryOptions, type SummaryReport } from "./summaries";
export type { ReadTableOptions } from "./read-table";
