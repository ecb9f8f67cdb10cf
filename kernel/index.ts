/** The exports of "tokenwise/kernel", for cells. In a plain Node program the same calls write text to stderr. */
export { comm, onComm } from "./tools/comm";
export { type Contents, type ContentsTag, html, image, md, svg } from "./tools/contents";
export { type InputOptions, input } from "./tools/input";
export { type NotebookRun, type NotebookRunOptions, notebookRun } from "./tools/notebook-run";
export { type ProgressOptions, progress, track } from "./tools/progress";
export { type ClearOptions, clearOutput, type Display, show } from "./tools/show";
export { signal } from "./tools/signal";
export type { ShowOptions } from "./values/mime-bundle";
export type { Comm, CommMessage } from "./wire/comm-message";
