/**
 * `require` for cells: packages as Node resolves them, TypeScript files beside the notebook as the compiler emitted
 * them.
 */
import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import * as path from "node:path";
import { exports as exportsOf } from "resolve.exports";
import { ownId, ownRequire } from "../language/own-packages";

/** The modules of one session. */
export interface LocalModules {
  require: NodeJS.Require;
  /** Replaces the text of local modules; they run again when they are next imported. */
  update(modules: readonly { path: string; data: string }[]): void;
}

/** Loads a package near the notebook, or else this package's own copy. */
function requireNearest(plain: NodeJS.Require, id: string): unknown {
  if (id.startsWith(".") || path.isAbsolute(id)) return plain(id);
  const found = find(plain, id);
  if (found) return plain(found);
  const own = find(ownRequire, ownId(id));
  if (own) return ownRequire(own);
  return plain(id); // throws Node's own error
}

/** The argument of `require` for `id`: the id itself, or a file if its package exports ES modules only. */
function find(require: NodeJS.Require, id: string): string | undefined {
  try {
    require.resolve(id);
    return id;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED"
      ? imported(require, id)
      : undefined;
  }
}

function imported(require: NodeJS.Require, id: string): string | undefined {
  const [name] = /^(@[^/]+\/)?[^/]+/.exec(id)!;
  const folder = require.resolve
    .paths(id)
    ?.map(folder => path.join(folder, name))
    .find(existsSync);
  if (!folder) return undefined;
  try {
    const [file] = exportsOf(JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")), id) ?? [];
    return file && path.join(folder, file);
  } catch {
    return undefined; // it does not export this path
  }
}

/** Paths in imports of cells are relative to `directory`. */
export function createLocalModules(directory: string): LocalModules {
  const texts = new Map<string, string>();
  const loaded = new Map<string, Module>();

  function load(file: string, text: string): unknown {
    const known = loaded.get(file);
    if (known) return known.exports;
    const module = new Module(file);
    module.filename = file;
    module.paths = (Module as any)._nodeModulePaths(path.dirname(file));
    module.require = requireFrom(path.dirname(file), createRequire(file));
    loaded.set(file, module);
    try {
      (module as any)._compile(text, file);
    } catch (error) {
      loaded.delete(file);
      throw error;
    }
    return module.exports;
  }
  function requireFrom(from: string, plain: NodeJS.Require): NodeJS.Require {
    const resolve = (id: string): unknown => {
      const joined = path.join(from, id);
      const file = path.extname(joined) ? joined : `${joined}.js`;
      const text = /^\.{1,2}\//.test(id) ? texts.get(file) : undefined;
      return text === undefined ? requireNearest(plain, id) : load(file, text);
    };
    return Object.assign(resolve, plain);
  }
  return {
    require: requireFrom(directory, createRequire(path.join(directory, "cell.js"))),
    update(modules) {
      for (const { path: file, data } of modules) {
        texts.set(file, data);
        loaded.delete(file);
      }
    },
  };
}
