/** Errors for front ends: name, message, and a stack trace in lines of the cells' TypeScript. */
import * as path from "node:path";
import * as util from "node:util";
import type { CellDiagnostic, CompileError } from "./diagnostics";
import { originalPosition, type Position, sourceOf } from "./positions";

/** Content of an `error` message. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Folder of the kernel's own files, which stack traces leave out. */
const ownFolder = path.join(__dirname, "..");

const red = (text: string): string => `\x1b[31m${text}\x1b[0m`;
const cellPosition = /\b(In\[\d+\]):(\d+):(\d+)/;

/** The lines around `position`, with a mark at the line itself and `length` of its characters underlined. */
export function codeFrame(file: string, source: string, position: Position, length = 1): string {
  const lines = source.split("\n");
  const from = Math.max(1, position.line - 2);
  const shown = lines.slice(from - 1, position.line + 1).flatMap((text, index) => {
    const line = from + index;
    const marked = line === position.line;
    const row = `${marked ? red(">") : " "} ${String(line).padStart(3)} | ${text}`;
    return marked ? [row, `      | ${" ".repeat(position.column - 1)}${red("~".repeat(Math.max(1, length)))}`] : [row];
  });
  return [`${file}:${position.line}:${position.column}`, ...shown].join("\n");
}

function frameText(frame: NodeJS.CallSite): string | undefined {
  const file = frame.getFileName() ?? "";
  if (file.startsWith(ownFolder) || file === "node:vm") return undefined;
  const text = frame.toString();
  if (sourceOf(file) === undefined) return text;
  const position = originalPosition(file, { line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 });
  if (!position) return undefined;
  const where = `${file}:${position.line}:${position.column}`;
  const name = frame.getFunctionName();
  const waited = (frame as { isAsync?(): boolean }).isAsync?.() ? "async " : "";
  return name && name !== "eval" ? `${waited}${name} (${where})` : `${waited}${where}`;
}

/** Makes `error.stack` name cells and lines of TypeScript, without the kernel's own frames. */
export function installStackTraces(): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, frames) => {
    const texts = frames.flatMap(frame => frameText(frame) ?? []);
    const outermost = texts.map(text => cellPosition.test(text)).lastIndexOf(true);
    const shown = outermost < 0 ? texts : texts.slice(0, outermost + 1);
    return [headOf(error), ...shown.map(text => `    at ${text}`)].join("\n");
  };
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error"; // the getter of name or message throws
  }
}

/** The causes of an error and the errors of an AggregateError, each with its own causes below it and none twice. */
function reasons(error: Error, seen = new Set<unknown>([error])): string[] {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const said = (title: string, reason: unknown): string[] => {
    if (reason === undefined || seen.has(reason)) return [];
    seen.add(reason);
    if (!isError(reason)) return [`${title}: ${util.inspect(reason)}`];
    return [`${title}: ${textOf(reason.stack)}`, ...reasons(reason, seen)];
  };
  const parts = Array.isArray(errors) ? errors : [];
  return [...said("Caused by", cause), ...parts.flatMap((part, n) => said(`Error ${n + 1} of ${parts.length}`, part))];
}

const isError = (thrown: unknown): thrown is Error => util.types.isNativeError(thrown) || thrown instanceof Error;

const textOf = (value: unknown): string => (typeof value === "string" ? value : util.inspect(value));

/** Other properties of an error, such as a code or a path. */
function properties(error: Error): string[] {
  const { name, message, stack, cause, errors, ...others } = error as Error & Record<string, unknown>;
  return Object.keys(others).length > 0 ? [util.inspect(others)] : [];
}

/** Position of the statement that ran, for an error whose own stack trace has no line of a cell. */
function statementPosition({ file, line }: { file: string; line: number }) {
  const text = sourceOf(file)?.split("\n")[line - 1];
  if (text === undefined) return undefined;
  return { file, line, column: text.length - text.trimStart().length + 1, length: text.trim().length };
}

/**
 * Content of an `error` message for any thrown value. `cell` is the running cell and the line of its current statement,
 * from 1, or 0 before the first: this position is shown if the error's own stack trace has none.
 */
export function describeError(thrown: unknown, cell: { file: string; line: number }): ErrorContent {
  try {
    return described(thrown, cell);
  } catch {
    const evalue = "the thrown value throws when it is inspected";
    return { ename: "Error", evalue, traceback: [`${red("Error")}: ${evalue}`, ...frameOf(statementPosition(cell))] };
  }
}

function described(thrown: unknown, cell: { file: string; line: number }): ErrorContent {
  const ename = isError(thrown) ? textOf(thrown.name) : "Thrown";
  const evalue = isError(thrown) ? textOf(thrown.message) : util.inspect(thrown);
  if (isError(thrown) && "diagnostics" in thrown) {
    const { diagnostics, source } = thrown as CompileError;
    return {
      ename,
      evalue,
      traceback: diagnostics.map(diagnostic => describeDiagnostic(diagnostic, cell.file, source)),
    };
  }
  const trace = isError(thrown)
    ? textOf(thrown.stack)
        .split("\n")
        .filter(line => /^\s+at /.test(line))
    : [];
  const found = trace.map(line => cellPosition.exec(line)).find(match => match !== null);
  const own = found && { file: found[1]!, line: Number(found[2]), column: Number(found[3]), length: 1 };
  const more = isError(thrown) ? [...properties(thrown), ...reasons(thrown)] : [];
  const frame = frameOf(own ?? statementPosition(cell));
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`, ...frame, ...trace, ...more] };
}

function frameOf(position: (Position & { file: string; length: number }) | undefined): string[] {
  const source = position && sourceOf(position.file);
  return position && source !== undefined ? [codeFrame(position.file, source, position, position.length)] : [];
}

function describeDiagnostic(diagnostic: CellDiagnostic, file: string, source: string): string {
  const { start, end, code, messageText, fileName } = diagnostic;
  const position = { line: start.line + 1, column: start.character + 1 };
  const length = end.line === start.line ? end.character - start.character : 1;
  const where = fileName
    ? `${fileName}:${position.line}:${position.column}`
    : codeFrame(file, source, position, length);
  return `${red(`TS${code}`)}: ${messageText}\n${where}`;
}
