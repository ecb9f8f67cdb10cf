/**
 * Compiles cells from TypeScript to JavaScript, each with the names that earlier cells declared; completes and inspects
 * code in the same context.
 */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Diagnostic } from "tslab/dist/converter";
import type * as typescript from "typescript";
import { guardLoops, markLines, plainExports, qualifyShorthand } from "./cell-transform";
import { keptNamespaces, sharedVariables, withInserted, withoutExports } from "./module-text";
import { announcePackage } from "./new-packages";
import { type Maps, originalLine, parseMap, remember } from "./positions";
import { firstCell } from "./prelude";
import { loadTslab, type Transpile, ts } from "./tslab-compiler";

/** A cell ready to run. */
export interface Compiled {
  /** Body of a CommonJS function of `exports` and `require`; empty for an empty cell. */
  javascript: string;
  usesAwait: boolean;
  /** The name under which the value of the last expression is exported. */
  lastExpression?: string;
  /** Local TypeScript modules that changed: the absolute path of their .js, which is never written, and its text. */
  modules: { path: string; data: string }[];
  /** Declarations of this and all earlier cells; pass them to `keep` when the cell has run. */
  declarations: string;
}

/** Thrown for a cell that does not compile. Its name is the first error's code, e.g. `TS2322`. */
export interface CompileError extends Error {
  diagnostics: readonly Diagnostic[];
  source: string;
}

function compileError(diagnostics: readonly Diagnostic[], source: string): CompileError {
  const [first] = diagnostics;
  return Object.assign(new Error(first!.messageText), { name: `TS${first!.code}`, diagnostics, source });
}

/** The line `export {};` precedes each cell, so that the compiler treats it as a module. */
const prefixLines = 1;
const cellFile = "__tslab__.ts";

/** Source maps of the last transpiled cell and of local modules, by the base name of their TypeScript file. */
const transpiled = new Map<string, Omit<Maps, "source">>();
/** Exports of the last transpiled cell. */
let exported: string[] = [];

const transpile: Transpile = (text, options, map) => {
  if (!map) return ts.transpileModule(text, options);
  const written = parseMap(map);
  const source = path.basename(written.sources[0] ?? "");
  const isCell = source === cellFile;
  const shared = isCell ? sharedVariables(text) : { text, names: [], inserted: [] };
  if (isCell) exported = shared.names;
  const toTypeScript = withInserted(written, shared.inserted);
  const prefix = isCell ? prefixLines : 0;
  const lines = markLines((line, column) => originalLine(toTypeScript, prefix, line, column));
  const result = ts.transpileModule(shared.text, {
    ...options,
    compilerOptions: { ...options.compilerOptions, sourceMap: true },
    transformers: {
      before: isCell ? [qualifyShorthand, lines, guardLoops] : [guardLoops],
      after: isCell ? [plainExports] : [],
    },
  });
  transpiled.set(source, { toModule: parseMap(result.sourceMapText!), toTypeScript, prefixLines: prefix });
  return { ...result, outputText: result.outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n") };
};

const tslab = loadTslab(transpile);

function rememberModule(javascriptPath: string): void {
  for (const extension of [".ts", ".tsx"]) {
    const source = javascriptPath.replace(/\.js$/, extension);
    const maps = transpiled.get(path.basename(source));
    if (maps) remember(javascriptPath, { ...maps, source: readFileSync(source, "utf8") });
  }
}

/** Whether the cell has a `for await` outside functions; tslab itself finds only `await` expressions. */
function hasForAwait(source: string): boolean {
  const visit = (node: typescript.Node): boolean =>
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
    (!ts.isFunctionLike(node) && ts.forEachChild(node, visit) === true);
  return visit(ts.createSourceFile(cellFile, source, ts.ScriptTarget.ESNext));
}

/** Whether packages that were not found exist by now. The compiler is then notified of them. */
const newPackages = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics
    .flatMap(({ messageText }) => /^Cannot find module '([^'./][^']*)'/.exec(messageText)?.[1] ?? [])
    .map(name => announcePackage(name, process.cwd()))
    .includes(true);

/** Creates the compiler of a session, in about a second. Imports resolve from the process's working directory. */
export function createCompiler() {
  const converter = tslab.createConverter();
  let declarations = "";
  let added = "";
  return {
    /** `file` names the cell in stack traces, e.g. `In[3]`. Errors: a CompileError. */
    compile(source: string, file: string): Compiled {
      const text = withoutExports(source);
      exported = [];
      let result = converter.convert(declarations, text);
      if (newPackages(result.diagnostics)) result = converter.convert(declarations, text);
      if (result.diagnostics.length > 0) throw compileError(result.diagnostics, source);
      const maps = transpiled.get(cellFile);
      if (maps) remember(file, { ...maps, source });
      const modules = result.sideOutputs ?? [];
      for (const module of modules) rememberModule(module.path);
      return {
        javascript: result.output ?? "",
        usesAwait: result.hasToplevelAwait === true || hasForAwait(source),
        lastExpression: result.lastExpressionVar,
        modules,
        declarations: `${result.declOutput ?? ""}${keptNamespaces(declarations, exported)}`,
      };
    },
    /** Makes the names of a cell known to later ones. */
    keep(compiled: Compiled): void {
      declarations = compiled.declarations + added;
      added = "";
    },
    /** Lets later cells use a variable that no cell has declared, once the running cell has ended. */
    declare(name: string): void {
      added += `declare let ${name}: any;\n`;
    },
    /** Reads the types that the first cells will need. Takes a second or two, which the first cell then saves. */
    warmUp: (): void => void converter.convert("", firstCell),
    complete: (code: string, position: number) => converter.complete(declarations, withoutExports(code), position),
    inspect(code: string, position: number): string {
      const info = converter.inspect(declarations, withoutExports(code), position);
      return info ? tslab.printQuickInfo(info) : "";
    },
    isComplete: tslab.isCompleteCode,
    close: (): void => converter.close(),
  };
}

/** What `createCompiler` returns. */
export type Compiler = ReturnType<typeof createCompiler>;
