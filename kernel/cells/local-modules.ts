/** `require` for cells: packages as Node finds them, TypeScript files beside the notebook as the compiler emitted them. */
import Module, { createRequire } from "node:module";
import * as path from "node:path";
import { ownRequire } from "../language/own-packages";

export interface LocalModules {
  require: NodeJS.Require;
  /** Takes new text of local modules; they run again at their next import. */
  update(modules: readonly { path: string; data: string }[]): void;
}

/** A package near the notebook, else this package's own. */
function requireNearest(plain: NodeJS.Require, id: string): unknown {
  const isPackage = !id.startsWith(".") && !path.isAbsolute(id);
  return isPackage && !finds(plain, id) && finds(ownRequire, id) ? ownRequire(id) : plain(id);
}

function finds(require: NodeJS.Require, id: string): boolean {
  try {
    require.resolve(id);
    return true;
  } catch {
    return false;
  }
}

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
