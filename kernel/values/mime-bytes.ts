/** Bytes of pictures as pictures. */
import type { MimeBundle } from "./mime-bundle";

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to)).toString("latin1");

const kinds: { type: string; name: string; fits(bytes: Uint8Array): boolean }[] = [
  { type: "image/png", name: "PNG", fits: bytes => ascii(bytes, 0, 8) === "\x89PNG\r\n\x1a\n" },
  { type: "image/jpeg", name: "JPEG", fits: bytes => ascii(bytes, 0, 3) === "\xff\xd8\xff" },
  { type: "image/gif", name: "GIF", fits: bytes => /^GIF8[79]a$/.test(ascii(bytes, 0, 6)) },
  {
    type: "image/webp",
    name: "WebP",
    fits: bytes => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP",
  },
];

const least = 16;

/** The kind of a picture by its first bytes. */
const kindOf = (bytes: Uint8Array) => (bytes.length < least ? undefined : kinds.find(({ fits }) => fits(bytes)));

/** The MIME type of a picture; undefined for other bytes. */
export const pictureType = (bytes: Uint8Array): string | undefined => kindOf(bytes)?.type;

function sizeOf(bytes: Uint8Array, type: string): string {
  if (type !== "image/png") return "";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length >= 24 ? `${view.getUint32(16)} × ${view.getUint32(20)} pixels, ` : "";
}

/** The bundle of a picture's bytes; undefined for any other value. */
export function pictureBundle(value: unknown): MimeBundle | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const kind = kindOf(value);
  if (!kind) return undefined;
  const text = `${kind.name}, ${sizeOf(value, kind.type)}${value.length.toLocaleString("en")} bytes`;
  return { data: { [kind.type]: Buffer.from(value).toString("base64"), "text/plain": text }, metadata: {} };
}
