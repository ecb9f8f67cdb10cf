/** Grids of colors as PNG. */
import { crc32, deflateSync } from "node:zlib";

/** Each part from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** A PNG of the colors `colorOf(row, column)`, each a square of `scale` × `scale` pixels. */
export function gridPng(
  rows: number,
  columns: number,
  scale: number,
  colorOf: (row: number, column: number) => Color,
): Buffer {
  const [width, height] = [columns * scale, rows * scale];
  const line = 1 + 3 * width; // each begins with its filter's number, 0: no filter
  const pixels = Buffer.alloc(line * height);
  for (let row = 0; row < rows; row++) {
    const first = row * scale * line;
    for (let column = 0; column < columns; column++) {
      const color = colorOf(row, column);
      for (let x = 0; x < scale; x++) pixels.set(color, first + 1 + 3 * (column * scale + x));
    }
    for (let y = 1; y < scale; y++) pixels.copy(pixels, first + y * line, first, first + line);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.of()),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
