/** Contents of a notebook that a cell writes itself: HTML, Markdown, SVG, pictures. */
import { readFileSync } from "node:fs";
import { fail } from "../../src/core/errors";
import { pictureType } from "../values/mime-bytes";

/** Something that front ends show by its MIME type, as the last value of a cell or with `show`. */
export interface Contents {
  toMimeBundle(): Record<string, string | Uint8Array>;
}

/** A template tag, or a function of a text. Values stand in the text as they are, so escape what is not markup. */
export type ContentsTag = (text: string | TemplateStringsArray, ...values: unknown[]) => Contents;

const tag =
  (type: string): ContentsTag =>
  (text, ...values) => {
    const whole = typeof text === "string" ? text : String.raw({ raw: text }, ...values);
    return { toMimeBundle: () => ({ [type]: whole, "text/plain": whole }) };
  };

/** HTML: `` html`<b>${name}</b>` `` or `html("<b>…</b>")`. */
export const html: ContentsTag = tag("text/html");
/** Markdown: `` md`# ${title}` ``. */
export const md: ContentsTag = tag("text/markdown");
/** A picture in SVG: `` svg`<svg …>…</svg>` ``. */
export const svg: ContentsTag = tag("image/svg+xml");

/**
 * A picture from its bytes or its file: PNG, JPEG, GIF, WebP or SVG.
 *
 * Errors: no such file; bytes of another kind.
 */
export function image(picture: string | Uint8Array): Contents {
  const bytes = typeof picture === "string" ? readFileSync(picture) : picture;
  if (typeof picture === "string" && picture.endsWith(".svg")) return svg(bytes.toString());
  const type = pictureType(bytes);
  if (!type) fail("image", "these bytes are no picture that a notebook shows", "Give PNG, JPEG, GIF, WebP or SVG.");
  const name = typeof picture === "string" ? picture : `${bytes.length.toLocaleString("en")} bytes of ${type}`;
  return { toMimeBundle: () => ({ [type]: bytes, "text/plain": name }) };
}
