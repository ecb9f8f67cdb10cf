/** Maps positions in the running JavaScript back to TypeScript, through the source maps of all compile steps. */
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
  /** From the text that runs, step by step, to TypeScript. */
  steps: readonly TraceMap[];
  /** Lines before the source in the compiler's input. */
  prefixLines: number;
  source: string;
}

const files = new Map<string, Maps>();
let share: (maps: PlainMaps) => void = () => {};

/** Stores the source maps of a file. */
export const remember = (file: string, maps: Maps): void => {
  files.set(file, maps);
  share({ ...maps, file, steps: maps.steps.map(encodedMap) });
};

/** The source maps of a file in a form that can be sent to another thread. */
export interface PlainMaps extends Omit<Maps, "steps"> {
  file: string;
  steps: readonly EncodedSourceMap[];
}

/** From now on calls `receive` with all source maps that are stored. */
export const shareMaps = (receive: (maps: PlainMaps) => void): void => {
  share = receive;
};

/** Stores source maps that another thread has sent. */
export const rememberPlain = ({ file, steps, ...rest }: PlainMaps): void =>
  remember(file, { ...rest, steps: steps.map(step => new TraceMap(step)) });

/** The TypeScript of `file`; undefined unless it is a cell or local module of this session. */
export const sourceOf = (file: string): string | undefined => files.get(file)?.source;

/** The position in TypeScript of a position in a stack trace; undefined for unknown files and for generated code. */
export function originalPosition(file: string, { line, column }: Position): Position | undefined {
  const maps = files.get(file);
  if (!maps) return undefined;
  let at = { line, column: Math.max(0, column - 1) };
  for (const step of maps.steps) {
    const before = originalPositionFor(step, at);
    if (before.line === null) return undefined;
    at = { line: before.line, column: before.column };
  }
  return at.line > maps.prefixLines ? { line: at.line - maps.prefixLines, column: at.column + 1 } : undefined;
}

/**
 * The position in TypeScript of a statement that begins at a position of the running JavaScript; undefined for unknown
 * files and for generated code. Its first words may be generated, as in `names.x = …`.
 */
export function statementPosition(file: string, { line, column }: Position): Position | undefined {
  const maps = files.get(file);
  if (!maps) return undefined;
  let at: Position | undefined = { line, column };
  for (const step of maps.steps) at = at && nearest(step, at);
  if (!at || at.line <= maps.prefixLines) return undefined;
  const written = at.line - maps.prefixLines;
  return written <= maps.source.split("\n").length ? { line: written, column: at.column } : undefined;
}

/** Where the map's last segment up to a position leads, or else its first one after it on this line. */
function nearest(map: TraceMap, { line, column }: Position): Position | undefined {
  const at = { line, column: Math.max(0, column - 1) };
  for (const bias of [GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const) {
    const found = originalPositionFor(map, { ...at, bias });
    if (found.line !== null) return { line: found.line, column: found.column + 1 };
  }
  return undefined;
}

/**
 * The line (from 1) in TypeScript of a statement that begins at `line` and `column` (from 0) of the ES module text;
 * undefined for generated code. The first words of a statement may be generated.
 */
export function originalLine(toTypeScript: TraceMap, prefixLines: number, line: number, column: number) {
  const at = { line: line + 1, column };
  const exact = originalPositionFor(toTypeScript, at);
  const written = exact.line === null ? originalPositionFor(toTypeScript, { ...at, bias: LEAST_UPPER_BOUND }) : exact;
  return written.line !== null && written.line > prefixLines ? written.line - prefixLines : undefined;
}

/** A source map from its JSON. */
export const parseMap = (json: string): TraceMap => new TraceMap(json);

/** A text without the source map in its last line, and that map. */
export function splitMap(text: string): { text: string; map: TraceMap } {
  const found = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/.exec(text);
  if (!found) throw new Error("the compiler wrote no source map");
  return { text: text.slice(0, found.index), map: parseMap(Buffer.from(found[1]!, "base64").toString("utf8")) };
}

/** A text without the line that names its source map. */
export const withoutMapLine = (text: string): string => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
