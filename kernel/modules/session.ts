/** What modules that run need of the compiler, in the thread in which they run. */
import { compilerOptions } from "../language/options";
import { withOwnPackages } from "../language/own-packages";
import { createResolver } from "../language/resolve";
import type { CellSession } from "../language/session";
import { ts } from "../language/typescript";

/** A part of the compiler's state. */
export type ModuleSession = Pick<CellSession, "modules" | "options" | "resolver">;

/** Resolves as the compiler of the notebook in `directory` does. `modules` are those that cells have defined. */
export function createModuleSession(directory: string): ModuleSession {
  const modules = new Map<string, string>();
  const options = compilerOptions(directory);
  const virtual = Object.assign(Object.create(ts.sys), {
    fileExists: (file: string) => modules.has(file) || ts.sys.fileExists(file),
    readFile: (file: string, encoding?: string) => modules.get(file) ?? ts.sys.readFile(file, encoding),
  });
  return { modules, options, resolver: createResolver(options, withOwnPackages(virtual, directory), directory) };
}
