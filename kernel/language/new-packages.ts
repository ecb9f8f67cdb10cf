/**
 * Packages that are installed while the kernel runs, say by `npm install` in the previous cell. By itself the compiler
 * notices new folders a second or two late.
 */
import { existsSync } from "node:fs";
import * as path from "node:path";

type Listener = (file: string) => void;

/** The function of TypeScript's `System` that watches folders. */
export interface FolderWatch {
  watchDirectory?(folder: string, listener: Listener, ...given: any[]): { close(): void };
}

const watched = new Set<{ folder: string; listener: Listener }>();

/** `system`, whose watched folders `announcePackage` knows. */
export function withKnownWatches<S extends FolderWatch>(system: S): S {
  const known: FolderWatch = {
    watchDirectory(folder, listener, ...given) {
      const entry = { folder: folder.replace(/[\\/]$/, ""), listener };
      const watch = system.watchDirectory!(folder, listener, ...given);
      watched.add(entry);
      return {
        close() {
          watched.delete(entry);
          watch.close();
        },
      };
    },
  };
  return Object.assign(Object.create(system), known);
}

/**
 * The folders from `node_modules` down to that of a package, from the nearest folder at or above `directory` that has
 * it.
 */
function foldersOf(name: string, directory: string): string[] {
  const parts = name.split("/").slice(0, name.startsWith("@") ? 2 : 1);
  for (let from = directory; ; from = path.dirname(from)) {
    const folders = parts.map((_, i) => path.join(from, "node_modules", ...parts.slice(0, i + 1)));
    if (existsSync(folders.at(-1)!)) return [path.join(from, "node_modules"), ...folders];
    if (from === path.dirname(from)) return [];
  }
}

/** Has the compiler look for a package at once. Returns whether the package exists. */
export function announcePackage(name: string, directory: string): boolean {
  const found = foldersOf(name, directory);
  for (const file of found)
    for (const { folder, listener } of [...watched]) if (file.startsWith(`${folder}${path.sep}`)) listener(file);
  return found.length > 0;
}
