// Files of numbers, read by position.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";

export interface BinaryFile {
  /** The file's name without its folder, for messages. */
  name: string;
  size: number;
  /** Fills `into` with the bytes from `at` on. Errors: the file ends before, named with `what` was read. */
  read(at: number, into: Uint8Array, what: string): void;
  /** The `count` bytes from `at` on, in an array that the next call writes over. */
  glance(at: number, count: number, what: string): Uint8Array;
  close(): void;
}

/** What helps against a file that breaks the rules of its format. */
export const damaged = "The file is damaged or incomplete: delete it and fetch it again.";

const piece = 1 << 30; // one call reads less than 2 GiB

/** Opens a file for reading. Close it after use. Errors: no such file, no permission, a folder or device. */
export function openBinary(file: string): BinaryFile {
  const name = path.basename(file);
  const { handle, size } = opened(file, name);
  let room = new Uint8Array(0);
  let closed = false;
  function read(at: number, into: Uint8Array, what: string) {
    if (closed) fail(name, `${what} is read after the file was closed`, "Read tensors before closing their file.");
    for (let done = 0; done < into.length; ) {
      const got = fs.readSync(handle, into, done, Math.min(piece, into.length - done), at + done);
      if (got === 0) fail(name, `${what} breaks off after ${done} of ${into.length} bytes`, damaged);
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
      if (closed) return; // the number may be another file's by now
      closed = true;
      room = new Uint8Array(0);
      fs.closeSync(handle);
    },
  };
}

function opened(file: string, name: string) {
  try {
    const info = fs.statSync(file); // before opening: a pipe would wait for its writer
    if (!info.isFile()) fail(name, `${file} is no file`, "Give the path of a weights file.");
    return { handle: fs.openSync(file, "r"), size: info.size };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!code) throw error;
    const why = code === "ENOENT" ? `there is no file ${file}` : `it cannot be opened (${(error as Error).message})`;
    fail(name, why, "Check the path, or fetch the file.", error);
  }
}

/**
 * Room for the values of a tensor. Errors: more than this machine can give.
 *
 * The C library puts a large block 16 bytes into a page. 48 bytes further TensorFlow finds the alignment it asks for, and then takes the array
 * over as it is; anywhere else it makes a copy.
 */
export function roomFor(values: number, where: string): Float32Array {
  try {
    return new Float32Array(new ArrayBuffer(48 + 4 * values), 48, values);
  } catch (error) {
    fail(where, `there is no memory for its ${values} values`, "Use a smaller model or a larger machine.", error);
  }
}

export const bytesOf = (values: Float32Array | Uint16Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
