// The cache of Hugging Face on disk, shared with its Python libraries:
//   models--owner--name/ or datasets--owner--name/, and in it
//   blobs/<checksum>  refs/<branch or tag>  snapshots/<commit>/<file> -> blob  .no_exist/<commit>/<file>

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";

export type RepoKind = "model" | "dataset";

export interface RepoCache {
  /** Where the blob with this checksum lies, or will. */
  blob(checksum: string): string;
  /** The folder with a commit's files. */
  snapshot(commit: string): string;
  /** The commit that a branch or tag was when it was fetched last. */
  commitOf(revision: string): string | undefined;
  keepCommit(revision: string, commit: string): void;
  /** Whether a file is there ("yes"), is known not to exist in that commit ("no"), or neither. */
  has(commit: string, file: string): "yes" | "no" | undefined;
  keepAbsent(commit: string, file: string): void;
  /** Shows a blob as a file of the commit. */
  link(commit: string, file: string, blob: string): void;
}

/** The part of the cache in `root` that belongs to the model or data set `id`. Every name of a file is checked with `checkFileName`. */
export function repoCache(root: string, id: string, kind: RepoKind = "model"): RepoCache {
  const folder = path.join(root, `${kind}s--${id.replaceAll("/", "--")}`);
  const inCommit = (part: string, commit: string, file: string) =>
    path.join(folder, part, commit, checkFileName(id, file));
  const ref = (revision: string) => path.join(folder, "refs", revision);
  return {
    blob: checksum => path.join(folder, "blobs", checksum),
    snapshot: commit => path.join(folder, "snapshots", commit),
    commitOf(revision) {
      if (isCommit(revision)) return revision;
      const found = fs.existsSync(ref(revision)) ? fs.readFileSync(ref(revision), "utf8").trim() : "";
      return isCommit(found) ? found : undefined;
    },
    keepCommit(revision, commit) {
      if (revision !== commit) replace(ref(revision), unfinished => fs.writeFileSync(unfinished, commit));
    },
    has(commit, file) {
      if (fs.existsSync(inCommit("snapshots", commit, file))) return "yes";
      return fs.existsSync(inCommit(".no_exist", commit, file)) ? "no" : undefined;
    },
    keepAbsent(commit, file) {
      const mark = inCommit(".no_exist", commit, file);
      fs.mkdirSync(path.dirname(mark), { recursive: true });
      fs.writeFileSync(mark, "");
    },
    link(commit, file, blob) {
      const pointer = inCommit("snapshots", commit, file);
      replace(pointer, unfinished => {
        try {
          fs.symlinkSync(path.relative(path.dirname(pointer), blob), unfinished);
        } catch {
          fs.copyFileSync(blob, unfinished); // Windows lets only some users make links.
        }
      });
    },
  };
}

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** Refuses a name of a file that leads out of the folder that it is in, on Linux or on Windows. */
export function checkFileName(where: string, file: string): string {
  const parts = file.split(/[\\/]/);
  if (/[\0:\\]/.test(file) || parts.some(part => part === "" || part === "." || part === ".."))
    fail(where, `the file name ${JSON.stringify(file)} leads out of its folder`, "Do not use this model.");
  return file;
}

/** Makes a file beside its place and then gives it its name. */
function replace(file: string, make: (unfinished: string) => void) {
  const unfinished = `${file}.${process.pid}.tmp`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(unfinished, { force: true });
  make(unfinished);
  fs.renameSync(unfinished, file);
}
