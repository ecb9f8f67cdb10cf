/** Errors of the compiler in a cell and in the local modules that it imports. */
import * as path from "node:path";
import type * as typescript from "typescript";
import { isCellFile } from "./cell-files";
import { isLocal } from "./local-files";
import { isOwnFile } from "./options";
import type { CellBuilder } from "./session";
import { ts } from "./typescript";

/** A position in a text, from 0. */
interface Place {
  line: number;
  character: number;
}

/** One error. */
export interface CellDiagnostic {
  code: number;
  messageText: string;
  start: Place;
  end: Place;
  /** The local module with the error, relative to the notebook; undefined for the cell itself. */
  fileName?: string;
}

/** Thrown for a cell that does not compile. Its name is the first error's code, e.g. `TS2322`. */
export interface CompileError extends Error {
  diagnostics: readonly CellDiagnostic[];
  source: string;
}

/** The local modules that `file` imports, and those that they import. */
function localModules(program: typescript.Program, file: typescript.SourceFile): Set<typescript.SourceFile> {
  const found = new Set<typescript.SourceFile>();
  const add = (from: typescript.SourceFile): void => {
    for (const literal of (from as unknown as { imports: typescript.StringLiteral[] }).imports ?? []) {
      const { resolvedModule } = (program as any).getResolvedModuleFromModuleSpecifier(literal, from) ?? {};
      const next = resolvedModule && program.getSourceFile(resolvedModule.resolvedFileName);
      if (!next || found.has(next) || next.isDeclarationFile || isCellFile(next.fileName)) continue;
      if (!isLocal(next.fileName) || isOwnFile(next.fileName)) continue;
      found.add(next);
      add(next);
    }
  };
  add(file);
  return found;
}

/** Packages without types, and elements of JSX without a declared type: they are `any`, and no errors of a cell. */
const untyped = new Set([7016, 7026]);

/**
 * The errors of the cell and of its local modules. What is wrong only with declarations, such as the type of a local
 * class, is no error: no other file reads them.
 */
export function errorsOf(builder: CellBuilder): typescript.Diagnostic[] {
  const { cell } = builder;
  const program = builder.getProgram();
  return [cell, ...localModules(program, cell)].flatMap(file =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].filter(
      ({ category, code }) => category === ts.DiagnosticCategory.Error && !untyped.has(code),
    ),
  );
}

/** A diagnostic in lines of the cell, before which the compiler's input has `prefixLines`. */
export function describe(
  diagnostic: typescript.Diagnostic,
  directory: string,
  prefixLines: number,
): CellDiagnostic | undefined {
  const { file, start = 0, length = 0, code } = diagnostic;
  if (!file) return undefined;
  const isCell = isCellFile(file.fileName);
  const place = (position: number): Place => {
    const { line, character } = ts.getLineAndCharacterOfPosition(file, position);
    return { line: line - (isCell ? prefixLines : 0), character };
  };
  const messageText = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  const found = { code, messageText: explained(code, messageText), start: place(start), end: place(start + length) };
  return isCell ? found : { ...found, fileName: path.relative(directory, file.fileName) };
}

const jsxAdvice =
  "Import or declare what makes elements, or name it in a tsconfig.json near the notebook " +
  '("jsxFactory": "h", or "jsx": "react-jsx" with "jsxImportSource": "preact").';

/** The message, with what to do where the compiler does not tell it. */
function explained(code: number, message: string): string {
  if (code === 2874 || code === 2875) return `${message}\n${jsxAdvice}`;
  return message;
}

/** The error of a cell that does not compile. */
export function compileError(diagnostics: readonly CellDiagnostic[], source: string): CompileError {
  const [first] = diagnostics;
  return Object.assign(new Error(first!.messageText), { name: `TS${first!.code}`, diagnostics, source });
}
