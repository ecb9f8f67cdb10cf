/** Packages: those near the file that imports them, or else the ones that this package brings. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { exports as exportsOf, imports as importsOf } from "resolve.exports";
import { ownId, ownRequire } from "../language/own-packages";
import type { Mode } from "../language/resolve";

const nameOf = (id: string): string => /^(@[^/]+\/)?[^/]+/.exec(id)![0];

/** The nearest folder of the package that `id` names. */
const folderOf = (require: NodeJS.Require, id: string): string | undefined =>
  require.resolve
    .paths(id)
    ?.map(folder => path.join(folder, nameOf(id)))
    .find(existsSync);

const manifestIn = (folder: string): object => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));

/** The file that the package's map of exports gives to `id`; undefined if it has none or gives none. */
function exported(folder: string, id: string, mode: Mode): string | undefined {
  try {
    const [file] = exportsOf(manifestIn(folder), id, { require: mode === "require" }) ?? [];
    return file && path.join(folder, file);
  } catch {
    return undefined;
  }
}

function resolves(require: NodeJS.Require, id: string): boolean {
  try {
    require.resolve(id);
    return true;
  } catch {
    return false;
  }
}

/** `#name` by the `imports` of the package around `from`. */
function inner(id: string, from: string): string | undefined {
  for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "package.json"))) {
      const [found] = importsOf(manifestIn(folder), id) ?? [];
      return found?.startsWith(".") ? path.join(folder, found) : found;
    }
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** What Node's `require` takes for a package, and that `require`. */
export interface FoundPackage {
  require: NodeJS.Require;
  id: string;
}

const ownModules = (ownRequire.resolve.paths("tokenwise") ?? []).find(existsSync) ?? "";

/**
 * The package that `id` means in the file `from`. An import takes the conditions of `import`, as the compiler does; for
 * what the library itself uses it takes those of `require`, so that both have one copy.
 */
export function findPackage(id: string, from: string, mode: Mode): FoundPackage {
  const near = createRequire(from);
  if (id.startsWith("#")) return { require: near, id: inner(id, from) ?? id };
  const folder = folderOf(near, id);
  const isShared = folder?.startsWith(ownModules + path.sep) === true;
  const preferred = folder && mode === "import" && !isShared ? exported(folder, id, "import") : undefined;
  if (preferred) return { require: near, id: preferred };
  if (resolves(near, id)) return { require: near, id };
  const only = folder && exported(folder, id, "import");
  if (only) return { require: near, id: only };
  const own = ownId(id);
  const ownFolder = path.isAbsolute(own) ? undefined : folderOf(ownRequire, own);
  if (resolves(ownRequire, own)) return { require: ownRequire, id: own };
  const ownOnly = ownFolder && exported(ownFolder, own, "import");
  return ownOnly ? { require: ownRequire, id: ownOnly } : { require: near, id }; // Node's own error
}

/** The URL by which Node imports a package. */
export const urlOf = ({ require, id }: FoundPackage): string => pathToFileURL(require.resolve(id)).href;
