/**
 * The file of the cell. tslab knows one file, `__tslab__.ts`; here a second one, `__tslab__.tsx`, has the cell if it is
 * written in JSX, and the other one is then empty.
 */
import * as path from "node:path";
import type * as typescript from "typescript";
import { preludeTypes } from "./prelude";
import type { CellSession } from "./session";
import { ts } from "./typescript";

const base = "__tslab__";
const empty = "export {};\n";

/** The cell's files in `directory`. */
export const cellFiles = (directory: string) => {
  const plain = path.join(directory, `${base}.ts`).replaceAll("\\", "/");
  return { plain, jsx: `${plain}x` };
};

/** The module specifier of the cell for files beside it. */
export const cellModule = (jsx: boolean): string => `${base}.ts${jsx ? "x" : ""}`;

/** Whether a file is the cell or the declarations of earlier ones. */
export const isCellFile = (file: string): boolean => /(^|[\\/])(__tslab__\.tsx?|__prev__\.d\.ts)$/.test(file);

/** What tslab calls the emitted text `file` of the cell. */
export const emittedName = (file: string): string => `outDir/${base}${file.endsWith(".d.ts") ? ".d.ts" : ".js"}`;

const parseErrors = (source: string, kind: typescript.ScriptKind): number => {
  const file = ts.createSourceFile("cell.tsx", source, ts.ScriptTarget.ESNext, false, kind);
  return (file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length;
};

/** Whether a cell is written in JSX: it can be read as such, and not, or less well, as plain TypeScript. */
export function isJsx(source: string): boolean {
  if (!/<[\w>]/.test(source)) return false;
  const errors = parseErrors(source, ts.ScriptKind.TS);
  return errors > 0 && parseErrors(source, ts.ScriptKind.TSX) < errors;
}

/**
 * The comments that tell the compiler how to write JSX, such as `@jsx h`. They count only at the start of a file. A
 * cell that has none uses the function `h` if there is one, and neither `React` nor an option.
 */
export function jsxComments(
  source: string,
  { jsx, jsxFactory, reactNamespace }: typescript.CompilerOptions,
  isKnown: (name: string) => boolean,
): string {
  const own = source.match(/\/\*\*\s*@jsx(Frag|ImportSource|Runtime)?\s+\S+\s*\*\//g) ?? [];
  if (own.length > 0) return own.join("");
  const isOpen = jsx === ts.JsxEmit.React && !jsxFactory && !reactNamespace;
  return isOpen && isKnown("h") && !isKnown("React") ? "/** @jsx h */" : "";
}

/** `system` with the prelude's declarations, the modules that cells define, and the cell in the file of its kind. */
export function withCellFiles(system: typescript.System, session: CellSession): typescript.System {
  const files = cellFiles(session.directory);
  const virtual = (file: string): string | undefined =>
    file === preludeTypes.file ? preludeTypes.text : session.modules.get(file);
  let changedJsx: typescript.FileWatcherCallback = () => {};
  let wasJsx = false;
  const own: Partial<typescript.System> = {
    fileExists: file =>
      virtual(file) !== undefined || file === files.plain || file === files.jsx || system.fileExists(file),
    readFile(file, encoding) {
      if (file === files.plain) return session.jsx ? empty : system.readFile(file, encoding);
      if (file === files.jsx) return session.jsx ? session.jsxComments + system.readFile(files.plain, encoding) : empty;
      return virtual(file) ?? system.readFile(file, encoding);
    },
    watchFile(file, changed, ...rest) {
      if (file === files.jsx) {
        changedJsx = changed;
        return { close() {} };
      }
      if (file !== files.plain) return system.watchFile!(file, changed, ...rest);
      const both: typescript.FileWatcherCallback = (name, kind) => {
        changed(name, kind);
        if (wasJsx || session.jsx) changedJsx(files.jsx, kind);
        wasJsx = session.jsx;
      };
      return system.watchFile!(file, both, ...rest);
    },
  };
  return Object.assign(Object.create(system), own);
}
