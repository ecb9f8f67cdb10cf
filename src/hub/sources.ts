// The models that the set-up fetches: where they lie, and whether they are what the manifest says.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cachePath } from "../core/cache";
import { fail } from "../core/errors";

export interface Source {
  /** Fetched only when asked for. */
  optional?: boolean;
  files: SourceFile[];
}

interface SourceFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** `data/sources.json`, which the set-up fetches from, seen from the built file. */
const manifest = path.join(__dirname, "../../../data/sources.json");

/** The models that are part of the repository, and the folders that they lie in. */
export const ownModels: Readonly<Record<string, string>> = { "tiny-lm": path.join(manifest, "../tiny-lm") };

export const readManifest = (): { models: Record<string, Source> } => JSON.parse(fs.readFileSync(manifest, "utf8"));

/** Where a source's one file lies, or the folder with its files, all verified. Errors: one that is missing or damaged. */
export async function sourcePath(name: string, { optional, files }: Source): Promise<string> {
  const folder = cachePath("models", name);
  const command = optional ? `npm run setup -- --with ${name}` : "npm run setup";
  for (const file of files) {
    const place = path.join(folder, file.name);
    if (!fs.existsSync(place)) fail(name, `there is no file ${place}`, `Run \`${command}\` to fetch it.`);
    if (!(await isVerified(place, file))) {
      const size = fs.statSync(place).size;
      fail(
        name,
        `${place} (${size} bytes, ${file.bytes} expected) is damaged: its checksum differs`,
        `Run \`${command}\` to fetch it again.`,
      );
    }
  }
  return files.length === 1 ? path.join(folder, files[0].name) : folder;
}

/**
 * Whether a file has the manifest's checksum. It is computed once: the note that the set-up also writes (scripts/lib/sources.mjs)
 * remembers it for as long as the file's size and time stay.
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
    // A cache that is read only is verified each time.
  }
  return true;
}

const compact = (json: string) => json.replace(/\s/g, "");
