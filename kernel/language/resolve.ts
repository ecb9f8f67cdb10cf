/**
 * Finds what an import means, once for the compiler and for the running cell: so whatever the compiler finds runs, and
 * is the file whose types were checked.
 */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** How a module is asked for: by `import`, or by `require` (`import x = require("m")` included). */
export type Mode = "import" | "require";

/** Resolves imports of one session. */
export interface Resolver {
  /** The file of `id` in `from`, as the compiler sees it: source or declarations. */
  resolve(id: string, from: string, mode: Mode): typescript.ResolvedModuleFull | undefined;
  /** Forgets what was and was not found, for files may have come and gone; "all": packages, too. */
  forget(what: "files" | "all"): void;
  /** Its memory, for the compiler's own questions about packages. */
  cache(): typescript.ModuleResolutionCache;
}

/** A resolver in `system`; imports of files in `directory` are the most frequent. */
export function createResolver(
  options: typescript.CompilerOptions,
  system: typescript.ModuleResolutionHost,
  directory: string,
): Resolver {
  const empty = (packages?: typescript.PackageJsonInfoCache) =>
    ts.createModuleResolutionCache(directory, name => name, options, packages);
  let cache = empty();
  const modes = { import: ts.ModuleKind.ESNext, require: ts.ModuleKind.CommonJS } as const;
  return {
    resolve: (id, from, mode) =>
      ts.resolveModuleName(id, from, options, system, cache, undefined, modes[mode]).resolvedModule,
    forget(what): void {
      cache = empty(what === "all" ? undefined : cache.getPackageJsonInfoCache());
    },
    cache: () => cache,
  };
}
