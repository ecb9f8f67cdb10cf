/** Errors as a front end shows them: name, message, and a trace in the lines of the TypeScript that was written. */
import * as path from "node:path";
import * as util from "node:util";
import type { Diagnostic } from "tslab/dist/converter";
import type { CompileError } from "./compile";
import { originalPlace, type Place, sourceOf } from "./positions";

export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** The kernel's own files, which traces leave out. */
const ownFolder = path.join(__dirname, "..");

const red = (text: string): string => `\x1b[31m${text}\x1b[0m`;
const cellPlace = /\b(In\[\d+\]):(\d+):(\d+)/;

/** The lines around `place`, the line itself marked, `length` characters of it underlined. */
export function codeFrame(file: string, source: string, place: Place, length = 1): string {
  const lines = source.split("\n");
  const from = Math.max(1, place.line - 2);
  const shown = lines.slice(from - 1, place.line + 1).flatMap((text, index) => {
    const line = from + index;
    const marked = line === place.line;
    const row = `${marked ? red(">") : " "} ${String(line).padStart(3)} | ${text}`;
    return marked ? [row, `      | ${" ".repeat(place.column - 1)}${red("~".repeat(Math.max(1, length)))}`] : [row];
  });
  return [`${file}:${place.line}:${place.column}`, ...shown].join("\n");
}

function frameText(frame: NodeJS.CallSite): string | undefined {
  const file = frame.getFileName() ?? "";
  if (file.startsWith(ownFolder) || file === "node:vm") return undefined;
  const text = frame.toString();
  if (sourceOf(file) === undefined) return text;
  const place = originalPlace(file, { line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 });
  if (!place) return undefined;
  const where = `${file.replace(/\.js$/, ".ts")}:${place.line}:${place.column}`;
  const name = frame.getFunctionName();
  const waited = (frame as { isAsync?(): boolean }).isAsync?.() ? "async " : "";
  return name && name !== "eval" ? `${waited}${name} (${where})` : `${waited}${where}`;
}

/** Makes `error.stack` name cells and TypeScript lines, without the kernel's own frames below the cell. */
export function installStackTraces(): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, frames) => {
    const texts = frames.flatMap(frame => frameText(frame) ?? []);
    const outermost = texts.map(text => cellPlace.test(text)).lastIndexOf(true);
    const shown = outermost < 0 ? texts : texts.slice(0, outermost + 1);
    return [headOf(error), ...shown.map(text => `    at ${text}`)].join("\n");
  };
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error"; // a getter for name or message that throws
  }
}

/** The causes of an error and the errors of an aggregate, theirs below them; each once. */
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

/** What an error has besides name, message, trace and reasons: codes, paths. */
function properties(error: Error): string[] {
  const { name, message, stack, cause, errors, ...others } = error as Error & Record<string, unknown>;
  return Object.keys(others).length > 0 ? [util.inspect(others)] : [];
}

/** The statement that ran, for an error whose own trace does not reach the cell. */
function statementPlace({ file, line }: { file: string; line: number }) {
  const text = sourceOf(file)?.split("\n")[line - 1];
  if (text === undefined) return undefined;
  return { file, line, column: text.length - text.trimStart().length + 1, length: text.trim().length };
}

/**
 * Content of an `error` message for whatever was thrown. `cell` is the running cell and the line (from 1, 0 for none yet) of its
 * current statement: the place that is shown when the error's own trace has none.
 */
export function describeError(thrown: unknown, cell: { file: string; line: number }): ErrorContent {
  try {
    return described(thrown, cell);
  } catch {
    const evalue = "what was thrown throws when it is looked at";
    return { ename: "Error", evalue, traceback: [`${red("Error")}: ${evalue}`, ...frameOf(statementPlace(cell))] };
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
  const found = trace.map(line => cellPlace.exec(line)).find(match => match !== null);
  const own = found && { file: found[1]!, line: Number(found[2]), column: Number(found[3]), length: 1 };
  const more = isError(thrown) ? [...properties(thrown), ...reasons(thrown)] : [];
  const frame = frameOf(own ?? statementPlace(cell));
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`, ...frame, ...trace, ...more] };
}

function frameOf(place: (Place & { file: string; length: number }) | undefined): string[] {
  const source = place && sourceOf(place.file);
  return place && source !== undefined ? [codeFrame(place.file, source, place, place.length)] : [];
}

function describeDiagnostic(diagnostic: Diagnostic, file: string, source: string): string {
  const { start, end, code, messageText, fileName } = diagnostic;
  const place = { line: start.line + 1, column: start.character + 1 };
  const length = end.line === start.line ? end.character - start.character : 1;
  const where = fileName ? `${fileName}:${place.line}:${place.column}` : codeFrame(file, source, place, length);
  return `${red(`TS${code}`)}: ${messageText}\n${where}`;
}
