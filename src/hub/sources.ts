// The models that the set-up fetches: their paths, and whether their checksums are right.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cachePath } from "../core/cache";
import { fail } from "../core/errors";

/** An entry of the manifest. */
export interface Source {
  /** Fetched only on request. */
  optional?: boolean;
  files: SourceFile[];
}

interface SourceFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** `data/sources.json`, the list of what the set-up fetches; the path is relative to the compiled file. */
const manifest = path.join(__dirname, "../../../data/sources.json");

/** The models in the repository itself, and their folders. */
export const ownModels: Readonly<Record<string, string>> = { "tiny-lm": path.join(manifest, "../tiny-lm") };

/** The manifest. */
export const readManifest = (): { models: Record<string, Source> } => JSON.parse(fs.readFileSync(manifest, "utf8"));

/**
 * Path of a source's only file, or else the folder of its files, all verified. Errors: a file that is missing or
 * damaged.
 */
export async function sourcePath(name: string, { optional, files }: Source): Promise<string> {
  const folder = cachePath("models", name);
  const command = optional ? `npm run setup -- --with ${name}` : "npm run setup";
  for (const file of files) {
    const found = path.join(folder, file.name);
    if (!fs.existsSync(found)) fail(name, `there is no file ${found}`, `Run \`${command}\` to fetch it.`);
    if (!(await isVerified(found, file))) {
      const size = fs.statSync(found).size;
      fail(
        name,
        `${found} (${size} bytes, ${file.bytes} expected) is damaged: its checksum differs`,
        `Run \`${command}\` to fetch it again.`,
      );
    }
  }
  return files.length === 1 ? path.join(folder, files[0].name) : folder;
}

/**
 * Whether a file has the checksum of the manifest. It is computed once and then stored in a file beside it, as the
 * set-up does (scripts/lib/sources.mjs); this is valid until the size or time of the file changes.
 */
async function isVerified(file: string, { name, bytes, sha256 }: SourceFile): Promise<boolean> {
  const { size, mtimeMs } = fs.statSync(file);
  if (size !== bytes) return false;
  const note = path.join(path.dirname(file), `.${name}.verified.json`);
  const seen = { sha256, bytes: size, modified: mtimeMs };
  if (fs.existsSync(note) && compact(fs.readFileSync(note, "utf8")) === JSON.stringify(seen)) return true;
  const hash = createHash("sha256");
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 22 })) hash.update(chunk);
  if (hash.digest("hex") !== sha256) return false;
  try {
    fs.writeFileSync(note, JSON.stringify(seen));
  } catch {
    // in a read-only cache it is computed each time
  }
  return true;
}

const compact = (json: string) => json.replace(/\s/g, "");
