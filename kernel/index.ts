/** What a cell imports from "tokenwise/kernel". In a plain Node program the same calls write text to stderr. */
export { type Comm, type CommMessage, comm, onComm } from "./comm";
export { type InputOptions, input } from "./input";
export type { ShowOptions } from "./mime-bundle";
export { type ProgressOptions, progress, track } from "./progress";
export { type ClearOptions, clearOutput, type Display, show } from "./show";
export { signal } from "./signal";
