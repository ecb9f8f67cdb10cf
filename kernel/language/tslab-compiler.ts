/**
 * tslab's converter, with changes. tslab fixes the compiler's options and drops its source maps. So before its
 * converter is loaded, the compiler module that it imports is replaced by a copy in which a few functions are wrapped.
 */
import { createRequire } from "node:module";
import type { Converter } from "tslab/dist/converter";
import type * as typescript from "typescript";
import { nameAnyPackage } from "./any-package";
import { completionsWithKinds } from "./completion-kinds";
import { withJoinedTimers } from "./joined-timers";
import { withKnownWatches } from "./new-packages";
import { withOwnPackages } from "./own-packages";
import { preludeTypes } from "./prelude";

/** The compiler module. */
export type TypeScript = typeof typescript;

/** Turns ES module text into CommonJS text. `toTypeScript` is the source map of the step before, if there was one. */
export type Transpile = (
  javascript: string,
  options: typescript.TranspileOptions,
  toTypeScript: string | undefined,
) => typescript.TranspileOutput;

const fromTslab = createRequire(require.resolve("tslab/dist/converter.js"));
const compilerPath = fromTslab.resolve("@tslab/typescript-for-tslab");
/** tslab's own copy of TypeScript, whose nodes and programs no other copy may handle. */
export const ts: TypeScript = fromTslab("@tslab/typescript-for-tslab");

/** `system` with the prelude's declarations as a file. */
const withPrelude = (system: typescript.System): typescript.System =>
  Object.assign(Object.create(system), {
    fileExists: (file: string) => file === preludeTypes.file || system.fileExists(file),
    readFile: (file: string, encoding?: string) =>
      file === preludeTypes.file ? preludeTypes.text : system.readFile(file, encoding),
  });

/**
 * The compiler module with wrapped functions: a copy, because the module's exports are getters, which cannot be
 * replaced.
 */
function copyOfCompiler(transpile: Transpile): TypeScript {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(ts)) {
    Object.defineProperty(copy, name, { get: () => (ts as any)[name], enumerable: true, configurable: true });
  }
  const replace = (name: string, value: unknown): void => {
    Object.defineProperty(copy, name, { value, enumerable: true });
  };
  replace(
    "createWatchCompilerHost",
    (files: string[], options: object, system: typescript.System, ...rest: unknown[]) => {
      const found = [withPrelude, withKnownWatches, withJoinedTimers].reduce(
        (under, wrap) => wrap(under),
        withOwnPackages(system, system.getCurrentDirectory()),
      );
      const roots = [...files, preludeTypes.file];
      return (ts.createWatchCompilerHost as any)(
        roots,
        { ...options, lib: ["lib.es2023.d.ts"], inlineSourceMap: true, allowUmdGlobalAccess: true },
        found,
        ...rest,
      );
    },
  );
  replace("Completions", completionsWithKinds(ts));
  // tslab calls it for each program before it emits its declarations.
  replace("getPreEmitDiagnosticsOfFiles", (program: typescript.Program, ...rest: unknown[]) => {
    nameAnyPackage(ts, program);
    return (ts as any).getPreEmitDiagnosticsOfFiles(program, ...rest);
  });
  replace("transpileModule", (text: string, options: typescript.TranspileOptions) => {
    const map = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/.exec(text);
    if (!map) return transpile(text, options, undefined);
    return transpile(text.slice(0, map.index), options, Buffer.from(map[1]!, "base64").toString("utf8"));
  });
  return copy as unknown as TypeScript;
}

/** The functions of tslab that the kernel uses. */
export interface Tslab {
  createConverter(): Converter;
  isCompleteCode(code: string): { completed: boolean; indent?: string };
  printQuickInfo(info: unknown): string;
}

/** Loads tslab with `transpile` in place of the compiler's `transpileModule`. Call once a process. */
export function loadTslab(transpile: Transpile): Tslab {
  require.cache[compilerPath]!.exports = copyOfCompiler(transpile);
  const { createConverter, isCompleteCode } = fromTslab("./converter.js");
  const { printQuickInfo } = fromTslab("./inspect.js");
  return { createConverter, isCompleteCode, printQuickInfo };
}
