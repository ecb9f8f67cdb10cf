/**
 * tslab's converter, with a say in how it makes JavaScript. tslab fixes its compiler options and drops source maps, so before its
 * converter loads, the compiler module that it imports is replaced by a copy in which three functions are wrapped.
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

export type TypeScript = typeof typescript;

/** One step from ES module text to CommonJS text: `toTypeScript` is the source map of the first step, undefined if there was none. */
export type Transpile = (
  javascript: string,
  options: typescript.TranspileOptions,
  toTypeScript: string | undefined,
) => typescript.TranspileOutput;

const fromTslab = createRequire(require.resolve("tslab/dist/converter.js"));
const compilerPath = fromTslab.resolve("@tslab/typescript-for-tslab");
export const ts: TypeScript = fromTslab("@tslab/typescript-for-tslab");

/** `system`, in which the prelude's declarations are a file. */
const withPrelude = (system: typescript.System): typescript.System =>
  Object.assign(Object.create(system), {
    fileExists: (file: string) => file === preludeTypes.file || system.fileExists(file),
    readFile: (file: string, encoding?: string) =>
      file === preludeTypes.file ? preludeTypes.text : system.readFile(file, encoding),
  });

/** The exports are getters that cannot be assigned, and tslab's import helper copies own properties only: hence a copy. */
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
  // tslab calls it before it emits declarations of the same program.
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

export interface Tslab {
  createConverter(): Converter;
  isCompleteCode(code: string): { completed: boolean; indent?: string };
  printQuickInfo(info: unknown): string;
}

/** Loads tslab with `transpile` in the place of its compiler's `transpileModule`. Call once a process. */
export function loadTslab(transpile: Transpile): Tslab {
  require.cache[compilerPath]!.exports = copyOfCompiler(transpile);
  const { createConverter, isCompleteCode } = fromTslab("./converter.js");
  const { printQuickInfo } = fromTslab("./inspect.js");
  return { createConverter, isCompleteCode, printQuickInfo };
}
