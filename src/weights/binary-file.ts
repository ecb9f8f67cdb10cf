// Files of numbers, read by position.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";

/** An open file. */
export interface BinaryFile {
  /** Name of the file without its folder, for errors. */
  name: string;
  /** In bytes. */
  size: number;
  /** Fills `into` with the bytes from position `at` on. Errors: the file ends too early; `what` names the data. */
  read(at: number, into: Uint8Array, what: string): void;
  /** The `count` bytes from position `at` on, in an array that the next call overwrites. */
  glance(at: number, count: number, what: string): Uint8Array;
  close(): void;
}

/** Remedy for a file that violates its format. */
export const damaged = "The file is damaged or incomplete: delete it and fetch it again.";

const piece = 1 << 30; // one call reads less than 2 GiB

/** Opens a file for reading. Close it after use. Errors: a missing file; no permission; a folder or device. */
export function openBinary(file: string): BinaryFile {
  const name = path.basename(file);
  const { handle, size } = opened(file, name);
  let room = new Uint8Array(0);
  let closed = false;
  function read(at: number, into: Uint8Array, what: string) {
    if (closed) fail(name, `${what} is read after the file was closed`, "Read tensors before closing their file.");
    for (let done = 0; done < into.length; ) {
      const got = fs.readSync(handle, into, done, Math.min(piece, into.length - done), at + done);
      if (got === 0) fail(name, `${what} ends after ${done} of ${into.length} bytes`, damaged);
      done += got;
    }
  }
  return {
    name,
    size,
    read,
    glance(at, count, what) {
      if (room.length < count) room = new Uint8Array(count);
      const bytes = room.subarray(0, count);
      read(at, bytes, what);
      return bytes;
    },
    close() {
      if (closed) return; // the handle may belong to another file by now
      closed = true;
      room = new Uint8Array(0);
      fs.closeSync(handle);
    },
  };
}

function opened(file: string, name: string) {
  try {
    const info = fs.statSync(file); // before opening: opening a pipe would block
    if (!info.isFile()) fail(name, `${file} is not a file`, "Give the path of a weights file.");
    return { handle: fs.openSync(file, "r"), size: info.size };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!code) throw error;
    const why = code === "ENOENT" ? `there is no file ${file}` : `it cannot be opened (${(error as Error).message})`;
    fail(name, why, "Check the path, or fetch the file.", error);
  }
}

/**
 * Allocates memory for the values of a tensor. Errors: not enough memory.
 *
 * The C library places a large block 16 bytes after the start of a page. 48 bytes further the array has the alignment
 * that TensorFlow requires to use it without a copy.
 */
export function roomFor(values: number, where: string): Float32Array {
  try {
    return new Float32Array(new ArrayBuffer(48 + 4 * values), 48, values);
  } catch (error) {
    fail(where, `there is no memory for its ${values} values`, "Use a smaller model or a larger machine.", error);
  }
}

/** The bytes of an array, not copied. */
export const bytesOf = (values: Float32Array | Uint16Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
