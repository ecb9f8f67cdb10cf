import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";

/** The JSON value in `file`, or null if the file is missing or incomplete. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Writes `text` atomically: at any moment `file` is either the old one or the new one. */
export function writeWhole(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

export const writeJson = (file, value) => writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);

/** SHA-256 of a text, in hexadecimal. */
export const sha256 = text => createHash("sha256").update(text).digest("hex");

/** SHA-256 of a file's content, in hexadecimal, without holding the file in memory. */
export async function sha256OfFile(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
