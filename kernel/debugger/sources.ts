/** The sources that front ends see: cells, named by a hash of their code, and the local files that cells import. */
import { tmpdir } from "node:os";
import * as path from "node:path";
import { sourceOf } from "../language/positions";
import { murmur2 } from "./murmur2";

/** How the path of a cell is made of its code: front ends make it themselves. */
export const naming = {
  hashMethod: "Murmur2",
  hashSeed: 0xc70f6907,
  tmpFilePrefix: `${path.join(tmpdir(), `tokenwise_${process.pid}`)}${path.sep}`,
  tmpFileSuffix: ".ts",
} as const;

/** The path of a cell. No such file exists. */
export const cellPath = (code: string): string =>
  `${naming.tmpFilePrefix}${murmur2(code, naming.hashSeed)}${naming.tmpFileSuffix}`;

/** The sources of one session. */
export interface Sources {
  /** Stores a cell that has not run yet, or not under this name. Returns its path. */
  add(code: string): string;
  /** A cell runs under the name `file`, as in stack traces. */
  run(file: string, code: string): void;
  /** The path of a script by its name; undefined if it is neither a cell nor a local module. */
  pathOf(script: string): string | undefined;
  isCell(path: string): boolean;
  /** The TypeScript at a path. */
  text(path: string): string | undefined;
}

/** No sources yet. */
export function createSources(): Sources {
  const codes = new Map<string, string>();
  const paths = new Map<string, string>();
  const add = (code: string): string => {
    const path = cellPath(code);
    codes.set(path, code);
    return path;
  };
  return {
    add,
    run: (file, code) => void paths.set(file, add(code)),
    pathOf(script) {
      const cell = paths.get(script);
      if (cell !== undefined || sourceOf(script) === undefined) return cell;
      return path.isAbsolute(script) ? script.replace(/js$/, "ts") : undefined;
    },
    isCell: path => codes.has(path),
    text: path => codes.get(path) ?? sourceOf(path.replace(/ts$/, "js")),
  };
}
