// The cache of Hugging Face on disk, shared with its Python libraries. A folder models--owner--name/ or
// datasets--owner--name/ contains
//   blobs/<checksum>  refs/<branch or tag>  snapshots/<commit>/<file> -> blob  .no_exist/<commit>/<file>

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";

/** Kind of a repository on the hub. */
export type RepoKind = "model" | "dataset";

/** The files of one repository in the cache. */
export interface RepoCache {
  /** Path of the blob with this checksum, whether or not it exists. */
  blob(checksum: string): string;
  /** Folder of the files of a commit. */
  snapshot(commit: string): string;
  /** The commit that a branch or tag named when it was last fetched. */
  commitOf(revision: string): string | undefined;
  /** Stores the commit that a branch or tag names. */
  keepCommit(revision: string, commit: string): void;
  /** "yes" if the file is in the cache, "no" if it is known not to exist in the commit, otherwise undefined. */
  has(commit: string, file: string): "yes" | "no" | undefined;
  /** Stores that a file does not exist in the commit. */
  keepAbsent(commit: string, file: string): void;
  /** Makes a blob appear as a file of the commit. */
  link(commit: string, file: string, blob: string): void;
}

/** The repository `id` in the cache at `root`. All file names are checked with `checkFileName`. */
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
          fs.copyFileSync(blob, unfinished); // on Windows only some users may create links
        }
      });
    },
  };
}

/** Whether a revision is a commit: 40 hexadecimal digits. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** Returns `file`. Errors: a path that leads out of its folder, on Linux or on Windows. */
export function checkFileName(where: string, file: string): string {
  const parts = file.split(/[\\/]/);
  if (/[\0:\\]/.test(file) || parts.some(part => part === "" || part === "." || part === ".."))
    fail(where, `the file name ${JSON.stringify(file)} leads out of its folder`, "Do not use this model.");
  return file;
}

/** Creates a file under a temporary name, then renames it. */
function replace(file: string, make: (unfinished: string) => void) {
  const unfinished = `${file}.${process.pid}.tmp`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(unfinished, { force: true });
  make(unfinished);
  fs.renameSync(unfinished, file);
}
