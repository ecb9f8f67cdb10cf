/**
 * Files of the user that cells import. Before each cell, the kernel looks whether they have changed; a watch of the
 * operating system would tell it a moment too late.
 */
import { statSync } from "node:fs";

/** Something that changes whenever the file does; undefined if there is none. */
export function versionOf(file: string): string | undefined {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}

/** Whether a file is the user's own, and not of an installed package. */
export const isLocal = (file: string): boolean => !/[\\/]node_modules[\\/]/.test(file);

/** Files whose changes are reported when they are looked for. */
export interface FileVersions {
  /** Calls `changed` when `look` finds that the file has changed, come or gone. Returns a function that ends this. */
  add(file: string, changed: (before: string | undefined, now: string | undefined) => void): () => void;
  /** Returns whether it found any. */
  look(): boolean;
}

/** No files yet. `versionOf` gives the version of a file. */
export function createFileVersions(versionOf: (file: string) => string | undefined): FileVersions {
  const entries = new Set<{
    file: string;
    version: string | undefined;
    changed: (before: string | undefined, now: string | undefined) => void;
  }>();
  return {
    add(file, changed) {
      const entry = { file, version: versionOf(file), changed };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    look() {
      let any = false;
      for (const entry of entries) {
        const [before, now] = [entry.version, versionOf(entry.file)];
        if (now === before) continue;
        any = true;
        entry.version = now;
        entry.changed(before, now);
      }
      return any;
    },
  };
}
