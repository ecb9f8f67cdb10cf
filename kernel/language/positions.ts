/** Maps positions in the running JavaScript back to TypeScript, through the source maps of both compile steps. */
import {
  type EncodedSourceMap,
  encodedMap,
  GREATEST_LOWER_BOUND,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";

/** As in a stack trace. */
export interface Position {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** The source maps of a cell or local module. */
export interface Maps {
  /** CommonJS text (what runs) to ES module text. */
  toModule: TraceMap;
  /** ES module text to TypeScript. */
  toTypeScript: TraceMap;
  /** Lines before the source in the compiler's input. */
  prefixLines: number;
  source: string;
}

const files = new Map<string, Maps>();
let newFiles = new Set<string>();

/** Stores the source maps of a file. */
export const remember = (file: string, maps: Maps): void => {
  files.set(file, maps);
  newFiles.add(file);
};

/** The source maps of a file in a form that can be sent to another thread. */
export interface PlainMaps extends Omit<Maps, "toModule" | "toTypeScript"> {
  file: string;
  toModule: EncodedSourceMap;
  toTypeScript: EncodedSourceMap;
}

/** The source maps that were stored since the last call. */
export function takeNewMaps(): PlainMaps[] {
  const taken = [...newFiles];
  newFiles = new Set();
  return taken.map(file => {
    const { toModule, toTypeScript, ...rest } = files.get(file)!;
    return { file, ...rest, toModule: encodedMap(toModule), toTypeScript: encodedMap(toTypeScript) };
  });
}

/** Stores source maps that another thread has sent. */
export function rememberPlain({ file, toModule, toTypeScript, ...rest }: PlainMaps): void {
  files.set(file, { ...rest, toModule: new TraceMap(toModule), toTypeScript: new TraceMap(toTypeScript) });
}

/** The TypeScript of `file`; undefined unless it is a cell or local module of this session. */
export const sourceOf = (file: string): string | undefined => files.get(file)?.source;

/** The position in TypeScript of a position in a stack trace; undefined for unknown files and for generated code. */
export function originalPosition(file: string, { line, column }: Position): Position | undefined {
  const maps = files.get(file);
  if (!maps) return undefined;
  const inModule = originalPositionFor(maps.toModule, { line, column: Math.max(0, column - 1) });
  if (inModule.line === null) return undefined;
  const written = originalPositionFor(maps.toTypeScript, { line: inModule.line, column: inModule.column });
  if (written.line === null || written.line <= maps.prefixLines) return undefined;
  return { line: written.line - maps.prefixLines, column: written.column + 1 };
}

/**
 * The position in TypeScript of a statement that begins at a position of the running JavaScript; undefined for unknown
 * files and for generated code. Its first words may be generated, as in `exports.x = …`.
 */
export function statementPosition(file: string, { line, column }: Position): Position | undefined {
  const maps = files.get(file);
  if (!maps) return undefined;
  const inModule = nearest(maps.toModule, line, column - 1);
  const written = inModule && nearest(maps.toTypeScript, inModule.line, inModule.column - 1);
  if (!written || written.line <= maps.prefixLines) return undefined;
  const at = { line: written.line - maps.prefixLines, column: written.column };
  return at.line <= maps.source.split("\n").length ? at : undefined;
}

/** Where the map's last segment up to a column (from 0) of this line leads, or else its first one after it. */
function nearest(map: TraceMap, line: number, column: number): Position | undefined {
  const at = { line, column: Math.max(0, column) };
  for (const bias of [GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const) {
    const found = originalPositionFor(map, { ...at, bias });
    if (found.line !== null) return { line: found.line, column: found.column + 1 };
  }
  return undefined;
}

/**
 * The line (from 1) in TypeScript of a statement that begins at `line` and `column` (from 0) of the ES module text;
 * undefined for generated code. The first words of a statement may be generated, as in `export const x =`.
 */
export function originalLine(toTypeScript: TraceMap, prefixLines: number, line: number, column: number) {
  const at = { line: line + 1, column };
  const exact = originalPositionFor(toTypeScript, at);
  const written = exact.line === null ? originalPositionFor(toTypeScript, { ...at, bias: LEAST_UPPER_BOUND }) : exact;
  return written.line !== null && written.line > prefixLines ? written.line - prefixLines : undefined;
}

/** A source map from its JSON. */
export const parseMap = (json: string): TraceMap => new TraceMap(json);
