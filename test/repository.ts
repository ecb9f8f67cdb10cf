import * as path from "node:path";

/** A path from the root of the repository; this file runs as dist/test/repository.js. */
export const inRepository = (...parts: string[]): string => path.resolve(__dirname, "..", "..", ...parts);
