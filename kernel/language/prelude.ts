/**
 * Names that every cell has without an import: `tw`, all of tokenwise, which is loaded when it is first used. Its types
 * are read at the start, so names complete and can be inspected with their docs before any cell has run, and the first
 * cell need not wait.
 */
import * as path from "node:path";

/** A virtual file of the compiler; its declarations are global in all cells. */
export const preludeTypes = {
  file: path.join(__dirname, "globals.d.ts"),
  text: `export * from "../../src/index";
export as namespace tw;
declare global {
  /** Shows a message until the user enters a line. */
  function alert(message?: any): void;
  /** Asks the user a question; whether the answer is yes. */
  function confirm(message?: string): boolean;
  /** Asks the user for a line of text; an empty one is the initial text. */
  function prompt(message?: string, initial?: string): string;
  // Methods of Node 20 that the compiler's ES2023 lacks.
  interface Array<T> {
    toReversed(): T[];
    toSorted(compare?: (a: T, b: T) => number): T[];
    toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
    with(index: number, value: T): T[];
  }
  interface ReadonlyArray<T> {
    toReversed(): T[];
    toSorted(compare?: (a: T, b: T) => number): T[];
    toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
    with(index: number, value: T): T[];
  }
}
`,
};

/** A cell that uses the library's types, compiled before the user's first cell so that they are read by then. */
export const firstCell = 'import * as tw from "tokenwise";\ntw.seeded;';

/** Makes `tw` a global of this process: the library of this package, whose types the compiler has read. */
export function installPrelude(load: () => unknown = () => require("../../src/index")): void {
  const set = (value: unknown): void => {
    Object.defineProperty(globalThis, "tw", { value, writable: true, configurable: true });
  };
  const get = (): unknown => {
    const library = load();
    set(library);
    return library;
  };
  Object.defineProperty(globalThis, "tw", { get, set, configurable: true });
}
