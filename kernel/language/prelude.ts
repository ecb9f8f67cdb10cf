/**
 * What every cell has without an import: `tw`, all of tokenwise, loaded when it is first used. Its types are there from the start, so its
 * names complete and are inspected with their docs before any cell has run, and the first cell does not wait for them.
 */
import * as path from "node:path";

/** A file that only the compiler sees: what it declares is known in all cells. */
export const preludeTypes = {
  file: path.join(__dirname, "globals.d.ts"),
  text: `export * from "../../src/index";
export as namespace tw;
declare global {
  // What Node 20 has and the compiler's ES2023 has not.
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

/** A cell that needs the library's types, to have them read and understood before the user's first cell. */
export const firstCell = 'import * as tw from "tokenwise";\ntw.seeded;';

/** Makes `tw` a global of this process: this package's own library, whose types the compiler has. */
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
