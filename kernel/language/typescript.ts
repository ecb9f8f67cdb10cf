/** The compiler: the same TypeScript with which the library is built, for tslab's converter, too. */
import type * as typescript from "typescript";

/** The compiler module. */
export type TypeScript = typeof typescript;

// Not `import * as`, which would copy two thousand names.
export const ts: TypeScript = require("typescript");
