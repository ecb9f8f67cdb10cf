import { mkdir, open, rename, rm } from "node:fs/promises";
import * as path from "node:path";

/** Writes a file piece by piece, completely or not at all. Its folder is created if necessary. */
export async function writeWhole(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(unfinished, "w");
    try {
      for (const piece of pieces) await handle.appendFile(piece);
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Joins lines without line feeds into pieces of about a megabyte. */
export function* joinedLines(lines: Iterable<string>): Generator<string> {
  let piece = "";
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length > 1 << 20) {
      yield piece;
      piece = "";
    }
  }
  yield piece;
}
