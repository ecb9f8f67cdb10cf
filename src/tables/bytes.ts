// The bytes of a file of text, however they are packed.

import { open } from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { fail } from "../core/errors";

/** What one Buffer of a text file may hold: `readFile` of Node 20 refuses more. */
const mostBytes = 2 ** 31 - 1;
const pointer = "version https://git-lfs.github.com/spec/";

/**
 * The bytes of a file; those of a .gz file unpacked.
 *
 * Errors, with the file: more than 2 GiB, as it is or unpacked; bytes that are not gzip; a pointer of Git LFS.
 */
export async function bytesOf(file: string): Promise<Buffer> {
  const name = path.basename(file);
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > mostBytes) tooLarge(name, `it has ${gigabytes(size)}`);
    const bytes = await handle.readFile();
    refusePointer(bytes, name);
    return file.toLowerCase().endsWith(".gz") ? await unpacked(bytes, name) : bytes;
  } finally {
    await handle.close();
  }
}

/** Errors: a file that Git LFS left in place of the content. @param start the first bytes of the file */
export function refusePointer(start: Uint8Array, name: string): void {
  if (
    Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, pointer.length)).toString("latin1") !== pointer
  )
    return;
  fail(name, "it is a pointer of Git LFS, not the data", "Fetch the content with `git lfs pull`.");
}

async function unpacked(bytes: Buffer, name: string): Promise<Buffer> {
  try {
    return await promisify(zlib.gunzip)(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") tooLarge(name, "it unpacks to more");
    return fail(name, `it cannot be unpacked (${message})`, "Give a whole file, compressed by gzip.", error);
  }
}

const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const tooLarge = (name: string, found: string): never =>
  fail(
    name,
    `${found}, and a text file of more than 2 GiB cannot be read at once`,
    "Split it by lines and read the parts by a pattern, such as part-*.jsonl, or write it as Parquet.",
  );
