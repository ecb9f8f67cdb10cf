/**
 * Compiles cells from TypeScript to JavaScript, each with the names that earlier cells declared; completes and inspects
 * code in the same context.
 */
import { type CellBody, cellBody } from "./cell-body";
import { isJsx, jsxComments } from "./cell-files";
import { withExportList, withoutExports } from "./cell-text";
import { guardLoops, markLines } from "./cell-transform";
import { withCommands } from "./commands";
import { keptNamespaces, withRenewedTypes } from "./declarations";
import { compileError, describe, errorsOf } from "./diagnostics";
import { createFileVersions, versionOf } from "./local-files";
import { definedModule } from "./module-cells";
import { compilerOptions } from "./options";
import { withKnownTypes } from "./parameters";
import { originalLine, parseMap, remember, splitMap, withoutMapLine } from "./positions";
import { firstCell } from "./prelude";
import type { Resolver } from "./resolve";
import type { CellSession } from "./session";
import { createConverter, tslab } from "./tslab-compiler";
import { ts } from "./typescript";

/** A cell ready to run. */
export interface Compiled {
  /** Body of a function, see `cellBody`; empty for an empty cell. */
  javascript: string;
  usesAwait: boolean;
  /** The names of values that the cell declares or imports. */
  names: readonly string[];
  /** Declarations of this and all earlier cells. */
  declarations: string;
  /** The module that the cell defines instead of running. */
  defined?: { file: string; text: string };
}

/** The line `export {};` precedes each cell, so that the compiler treats it as a module. */
const prefixLines = 1;

type Maps = Parameters<typeof remember>[1];

/** From the emitted ES module to the body of the cell's function. */
function toBody(emitted: string, source: string, earlier: ReadonlySet<string>) {
  const { text, map } = splitMap(emitted);
  const lines = markLines((line, column) => originalLine(map, prefixLines, line, column));
  let found: CellBody = { names: [], usesAwait: false };
  const body = cellBody(earlier, declared => (found = declared));
  const { outputText, sourceMapText } = ts.transpileModule(`${text}\nexport {};`, {
    fileName: "cell.js",
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, sourceMap: true, allowJs: true },
    transformers: { before: [lines, guardLoops, body] },
  });
  const maps = { steps: [parseMap(sourceMapText!), map], prefixLines, source };
  return { ...found, javascript: withoutMapLine(outputText), maps };
}

function createSession(directory: string): CellSession {
  const modules = new Map<string, string>();
  const session: CellSession = {
    directory,
    options: compilerOptions(directory),
    resolver: undefined as unknown as Resolver, // the host sets it
    versions: createFileVersions(file => modules.get(file) ?? versionOf(file)),
    jsx: false,
    jsxComments: "",
    modules,
    localTypes: 0,
    stale: false,
    compiling: false,
    builder: undefined,
    check: () => errorsOf(session.builder!),
  };
  return session;
}

/** Codes of errors that a file may have which is not there yet, or has changed without notice. */
const missing = new Set([2307, 2305, 2614, 2724]);

/** Creates the compiler of a session, in about a second. Imports resolve from the process's working directory. */
export function createCompiler() {
  const session = createSession(process.cwd().replaceAll("\\", "/"));
  const converter = createConverter(session);
  let declarations = "";
  let added: string[] = [];
  let last = "";
  /** The last cell that was compiled, and what its compilation depended on. */
  let previous: { written: string; declarations: string; values: number; compiled: Compiled; maps: Maps } | undefined;
  const values = new Set<string>();
  const isKnown = (name: string): boolean => values.has(name);
  const plain = (source: unknown): string => {
    if (typeof source !== "string") throw new TypeError("the code of the request is no text");
    return withCommands(source, isKnown, true);
  };
  const isKnownIn = (source: string) => (name: string) => values.has(name) || new RegExp(`\\b${name}\\b`).test(source);
  const prepared = (source: string): string => {
    session.jsx = isJsx(source);
    if (session.jsx) session.jsxComments = jsxComments(source, session.options, isKnownIn(source));
    return withoutExports(source);
  };
  function convert(text: string, before: string) {
    let errors: ReturnType<CellSession["check"]> = [];
    session.check = () => {
      session.builder!.showNames();
      return (errors = errorsOf(session.builder!));
    };
    const run = (code: string) => {
      session.compiling = true;
      last = code === last ? `${code} ` : code; // the compiler does nothing for the same text
      try {
        return converter.convert(before, last);
      } finally {
        session.compiling = false;
      }
    };
    const exported = withExportList(text, session.jsx);
    session.resolver.forget("files");
    let result = run(exported);
    if (errors.some(({ code }) => missing.has(code))) {
      session.stale = true;
      session.resolver.forget("all");
      result = run(exported);
      session.stale = false;
    }
    return { result, errors };
  }
  /**
   * A cell that declares a type again: what earlier cells have declared with it then has the new type, as it will for
   * later cells; or the old one, if only this is without errors.
   */
  function checked(text: string) {
    const renewed = withRenewedTypes(declarations, text, session.jsx);
    if (renewed === undefined) return convert(text, declarations);
    const found = convert(text, renewed);
    if (found.errors.length === 0) return found;
    const other = convert(text, declarations);
    return other.errors.length === 0 ? other : found;
  }
  /** Whether a cell is the last one again, among the same names. Imports may find something else the second time. */
  const isPrevious = (written: string): boolean =>
    written === previous?.written &&
    previous.declarations === declarations &&
    previous.values === values.size &&
    !/\b(import|require)\b/.test(written);
  return {
    /** `file` names the cell in stack traces, e.g. `In[3]`. Errors: a CompileError. */
    compile(written: string, file: string): Compiled {
      const changed = session.versions.look();
      if (!changed && isPrevious(written)) {
        remember(file, previous!.maps);
        return previous!.compiled;
      }
      const source = withCommands(written, isKnown);
      const defined = definedModule(source, session.directory);
      if (defined) session.modules.set(defined.file, defined.text);
      const typed = withKnownTypes(source, declarations);
      const cell = defined ? `import "./${defined.name}";` : source;
      const known = typed === undefined ? undefined : checked(prepared(typed));
      const { result, errors } = known?.errors.length === 0 ? known : checked(prepared(cell));
      if (errors.length > 0) {
        const described = errors.flatMap(error => describe(error, session.directory, prefixLines) ?? []);
        throw compileError(described, written);
      }
      if (defined) return { javascript: "", usesAwait: false, names: [], declarations, defined };
      const { maps, ...body } = toBody(result.output!, written, values);
      remember(file, maps);
      const compiled = {
        ...body,
        declarations: `${result.declOutput ?? ""}${keptNamespaces(declarations, body.names)}`,
      };
      previous = { written, declarations, values: values.size, compiled, maps };
      return compiled;
    },
    /** Makes the names of a cell known to later ones. */
    keep(compiled: Compiled): void {
      declarations = [compiled.declarations, ...added.map(name => `declare let ${name}: any;\n`)].join("");
      for (const name of [...compiled.names, ...added]) values.add(name);
      added = [];
    },
    /** Lets later cells use a variable that no cell has declared, once the running cell has ended. */
    declare: (name: string): void => void added.push(name),
    /** Reads the types that the first cells will need. Takes a second or two, which the first cell then saves. */
    warmUp: (): void => void convert(firstCell, ""),
    complete: (code: string, position: number) => converter.complete(declarations, prepared(plain(code)), position),
    inspect(code: string, position: number): string {
      const info = converter.inspect(declarations, prepared(plain(code)), position);
      return info ? tslab.printQuickInfo(info) : "";
    },
    isComplete: tslab.isCompleteCode,
    /** The code with blanks in place of commands such as `!ls`. */
    plain,
    close: (): void => converter.close(),
    /** What the run-time's modules share with the compiler. */
    session,
  };
}

/** What `createCompiler` returns. */
export type Compiler = ReturnType<typeof createCompiler>;
