/**
 * Modules for cells: local files as the compiler finds them, in any language that it reads, and packages as Node loads
 * them. A local file that has changed runs again when it is next imported, with those that import it.
 */
import { readFileSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as vm from "node:vm";
import { generated } from "../language/js-factory";
import { isLocal, versionOf } from "../language/local-files";
import { isOwnFile } from "../language/options";
import type { Mode } from "../language/resolve";
import { asImported, type Kind } from "./interop";
import { findPackage, urlOf } from "./packages";
import type { ModuleSession } from "./session";
import { importName, moduleBody } from "./transpile";

/** The functions of one file, or of a cell, that load modules. */
export interface Imports {
  require: NodeJS.Require;
  /** The exports of a module for an import statement; undefined if they can only be waited for. */
  import(id: string, kind?: Kind): unknown;
  importLater(id: unknown, kind?: Kind): Promise<unknown>;
  meta: ImportMeta;
}

/** The modules of one session. */
export interface Loader {
  importsOf(file: string): Imports;
  /** Drops the local modules that have changed since they ran, and those that import them. */
  refresh(): void;
}

interface Loaded {
  module: Module;
  version: string | undefined;
  uses: Set<string>;
  /** The end of a module that awaits. */
  pending?: Promise<unknown>;
}

/** The error of a module that cannot be had at once has a function that waits for it. */
const waiting = Symbol("waiting");
const notYet = (file: string, wait: () => Promise<unknown>): Error =>
  Object.assign(new Error(`${file} awaits at its top, so it can be imported, but not required`), { [waiting]: wait });
const waitOf = (error: any): (() => Promise<unknown>) | undefined => error?.[waiting];

/** Node's own `import()`, which the compiler would turn into `require`. */
const nodeImport: (url: string) => Promise<unknown> = new Function("url", "return import(url)") as any;

const source = /\.([mc]?[jt]sx?|json)$/;
const isSource = (file: string): boolean => source.test(file) && !/\.d\.([^./\\]+\.)?[mc]?ts$/.test(file);
const isPath = (id: string): boolean => /^\.{0,2}[\\/]/.test(id) || id === "." || id === ".." || path.isAbsolute(id);

/** Of an outer function, so that a module may declare these names itself. */
const parameters = [
  ...["exports", "require", "module", "__filename", "__dirname"],
  ...[importName, generated.importLater, generated.meta],
];

/** `special` are modules that the kernel itself supplies. */
export function createLoader(session: ModuleSession, special: Record<string, () => unknown> = {}): Loader {
  const loaded = new Map<string, Loaded>();
  /** Packages that had to be waited for, by URL. */
  const awaited = new Map<string, unknown>();
  const textOf = (file: string): string => session.modules.get(file) ?? readFileSync(file, "utf8");
  const currentVersion = (file: string): string | undefined => session.modules.get(file) ?? versionOf(file);

  /** The local file that `id` means in `from`; undefined for a package or a file that Node must load itself. */
  function localFile(id: string, from: string, mode: Mode): string | undefined {
    const found = session.resolver.resolve(id, from, mode)?.resolvedFileName;
    const isOurs = (file: string): boolean => isSource(file) && isLocal(file) && !isOwnFile(file);
    if (found && (isOurs(found) || (isSource(found) && /\.[mc]?tsx?$/.test(found)))) return path.normalize(found);
    if (!isPath(id)) return undefined;
    try {
      const file = createRequire(from).resolve(id);
      return isOurs(file) ? file : undefined;
    } catch {
      return undefined;
    }
  }
  function nodeModule(id: string, from: string, mode: Mode): unknown {
    const found = isPath(id) || isBuiltin(id) ? { require: createRequire(from), id } : findPackage(id, from, mode);
    const url = isBuiltin(id) ? "" : awaited.size > 0 ? urlOf(found) : "";
    if (awaited.has(url)) return awaited.get(url);
    try {
      return found.require(found.id);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ERR_REQUIRE_ASYNC_MODULE" && code !== "ERR_REQUIRE_ESM") throw error;
      const own = urlOf(found);
      throw notYet(id, async () => awaited.set(own, await nodeImport(own)));
    }
  }
  function run(file: string, record: Loaded): void {
    const { module } = record;
    const text = textOf(file).replace(/^\uFEFF/, "");
    if (file.endsWith(".json")) return void (module.exports = JSON.parse(text));
    const { javascript, usesAwait } = moduleBody(file, text, session.options);
    const head = `((${parameters.join(", ")}) => ${usesAwait ? "async " : ""}function(){`;
    const script = new vm.Script(`${head}${javascript}\n})`, { filename: file, columnOffset: -head.length });
    const own = importsOf(file, record);
    const required = (id: string): unknown => load(id, file, "import", record);
    const given = [module.exports, own.require, module, file, path.dirname(file), required, own.importLater, own.meta];
    const result = script
      .runInThisContext()(...given)
      .call(module.exports);
    if (usesAwait) record.pending = result;
  }
  function loadFile(file: string): unknown {
    const known = loaded.get(file);
    if (known?.pending) throw notYet(file, () => known.pending!);
    if (known) return known.module.exports;
    const module = new Module(file);
    Object.assign(module, { filename: file, paths: (Module as any)._nodeModulePaths(path.dirname(file)) });
    const record: Loaded = { module, version: currentVersion(file), uses: new Set() };
    loaded.set(file, record);
    const drop = (error: unknown): never => {
      if (loaded.get(file) === record) loaded.delete(file);
      throw error;
    };
    try {
      run(file, record);
    } catch (error) {
      drop(error);
    }
    if (record.pending) {
      record.pending = record.pending.then(() => (record.pending = undefined), drop);
      const { pending } = record;
      pending!.catch(() => {}); // whoever waits gets the error
      throw notYet(file, () => pending!);
    }
    module.loaded = true;
    return module.exports;
  }
  function load(asked: string, from: string, mode: Mode, user?: Loaded): unknown {
    if (Object.hasOwn(special, asked)) return special[asked]!();
    const id = asked.startsWith("file:") ? fileURLToPath(asked) : asked;
    const file = isBuiltin(id) ? undefined : localFile(id, from, mode);
    if (file === undefined) return nodeModule(id, from, mode);
    user?.uses.add(file);
    return loadFile(file);
  }
  async function loadLater(id: string, from: string, user?: Loaded): Promise<unknown> {
    for (;;)
      try {
        return load(id, from, "import", user);
      } catch (error) {
        await patience(error);
      }
  }
  /** Waits for what an error of a module waits for, or throws it. */
  async function patience(error: unknown): Promise<void> {
    const wait = waitOf(error);
    if (!wait) throw error;
    try {
      await wait();
    } catch (next) {
      await patience(next); // the module that was waited for imports another of this kind
    }
  }
  function importsOf(file: string, user?: Loaded): Imports {
    const plain = createRequire(file);
    const require = Object.assign((id: string): unknown => load(id, file, "require", user), plain, {
      resolve: Object.assign(
        (id: string, options?: { paths?: string[] }) => localFile(id, file, "require") ?? plain.resolve(id, options),
        plain.resolve,
      ),
    });
    return {
      require,
      import(id, kind) {
        try {
          return asImported(load(id, file, "import", user), kind);
        } catch (error) {
          if (waitOf(error)) return undefined;
          throw error;
        }
      },
      importLater: async (id, kind = "*") => asImported(await loadLater(String(id), file, user), kind),
      meta: {
        url: pathToFileURL(file).href,
        filename: file,
        dirname: path.dirname(file),
        resolve: (id: string) =>
          isBuiltin(id) ? `node:${id.replace(/^node:/, "")}` : pathToFileURL(require.resolve(id)).href,
      } as ImportMeta,
    };
  }
  return {
    importsOf: file => importsOf(file),
    refresh() {
      session.resolver.forget("all"); // files and packages may have come and gone
      const stale = new Set(
        [...loaded].filter(([file, { version }]) => currentVersion(file) !== version).map(([f]) => f),
      );
      for (let before = -1; stale.size > 0 && before !== stale.size; ) {
        before = stale.size;
        for (const [file, { uses }] of loaded) if ([...uses].some(used => stale.has(used))) stale.add(file);
      }
      for (const file of stale) loaded.delete(file);
    },
  };
}
