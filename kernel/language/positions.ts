/** From a place in the JavaScript that runs back to the TypeScript that was written, through the maps of both compile steps. */
import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

export interface Place {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

export interface Maps {
  /** CommonJS text (what runs) to ES module text. */
  toModule: TraceMap;
  /** ES module text to TypeScript. */
  toTypeScript: TraceMap;
  /** Lines that the compiler saw before the source itself. */
  prefixLines: number;
  source: string;
}

const files = new Map<string, Maps>();

export const remember = (file: string, maps: Maps): void => {
  files.set(file, maps);
};

/** The TypeScript of `file`, undefined if it is no cell or local module of this session. */
export const sourceOf = (file: string): string | undefined => files.get(file)?.source;

/** Where `file:line:column` (from 1, as in a stack) was written; undefined for unknown files and for generated code. */
export function originalPlace(file: string, { line, column }: Place): Place | undefined {
  const maps = files.get(file);
  if (!maps) return undefined;
  const inModule = originalPositionFor(maps.toModule, { line, column: Math.max(0, column - 1) });
  if (inModule.line === null) return undefined;
  const written = originalPositionFor(maps.toTypeScript, { line: inModule.line, column: inModule.column });
  if (written.line === null || written.line <= maps.prefixLines) return undefined;
  return { line: written.line - maps.prefixLines, column: written.column + 1 };
}

/** The line (from 1) of a statement at a place (from 0) in the ES module text; its first words may be generated, as in `export const x =`. */
export function originalLine(toTypeScript: TraceMap, prefixLines: number, line: number, column: number) {
  const at = { line: line + 1, column };
  const exact = originalPositionFor(toTypeScript, at);
  const written = exact.line === null ? originalPositionFor(toTypeScript, { ...at, bias: LEAST_UPPER_BOUND }) : exact;
  return written.line !== null && written.line > prefixLines ? written.line - prefixLines : undefined;
}

export const parseMap = (json: string): TraceMap => new TraceMap(json);
