/** The bundle of any value. */
import * as util from "node:util";
import { describedBundle, type MimeBundle, type ShowOptions, toJson } from "./mime-bundle";
import { pictureBundle } from "./mime-bytes";
import { asFigure, figureBundle } from "./mime-figure";
import { recordBundle } from "./mime-record";
import { asTable, tableBundle } from "./mime-table";
import { asTensor, tensorBundle } from "./mime-tensor";
import { plainText } from "./mime-text";

/** Whether something is contents by MIME type, alone or as `{ data, metadata }`. */
function isDescription(value: any): boolean {
  const isRecord = (item: unknown): item is object => typeof item === "object" && item !== null && !Array.isArray(item);
  const isContents = (item: unknown): boolean => isRecord(item) && Object.keys(item).every(key => key.includes("/"));
  return isContents(value) ? Object.keys(value).length > 0 : isRecord(value) && isContents((value as any).data);
}

/**
 * The bundle of a value that describes itself, by `[Symbol.for("Jupyter.display")]()` as in Deno or by
 * `toMimeBundle()`. A proxy may answer to any name, so it is not asked.
 */
function ownBundle(value: any): MimeBundle | Promise<MimeBundle> | undefined {
  const describe = value?.[Symbol.for("Jupyter.display")] ?? value?.toMimeBundle;
  if (typeof describe !== "function") return undefined;
  const description = describe.call(value);
  const bundle = (found: unknown): MimeBundle =>
    isDescription(found)
      ? describedBundle(found, () => plainText(value))
      : textBundle(value, "its description is no contents by MIME type");
  return typeof description?.then === "function"
    ? withTimeout(description)
        .then(bundle)
        .catch(error => textBundle(value, reasonOf(error)))
    : description === undefined
      ? undefined
      : bundle(description);
}

const reasonOf = (error: any): string => {
  try {
    return String(error);
  } catch {
    return "an error without a text";
  }
};

/** A value as text, with the reason why it is not shown as it wants to be. */
function textBundle(value: unknown, failure?: string): MimeBundle {
  const note = failure === undefined ? "" : `\n(shown as text: ${failure})`;
  return { data: { "text/plain": `${plainText(value)}${note}` }, metadata: {} };
}

const timeout = 30_000; // ms

/** A cell ends after its displays, so it must not wait forever for one of them. */
function withTimeout(description: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The value's description is a promise that took longer than ${timeout / 1000} s.`);
    timer = setTimeout(() => reject(error), timeout);
  });
  return Promise.race([description, late]).finally(() => clearTimeout(timer));
}

/** How a bundle is made. */
export interface BundleOptions extends ShowOptions {
  /** Id of the display that a figure belongs to, so that its next version replaces it. */
  key?: string;
}

/**
 * The bundle of any value: its own description, or that of a table (arquero, danfo), a figure (`{ data, layout }`), a
 * tensor, a picture's bytes or one of the library's records, or else text. What fails is text with a note. It is a
 * promise only if the value's own description is; it does not reject.
 */
export function toBundle(value: unknown, options: BundleOptions = {}): MimeBundle | Promise<MimeBundle> {
  if (util.types.isProxy(value)) return textBundle(value);
  try {
    return richBundle(value, options) ?? textBundle(value);
  } catch (error) {
    return textBundle(value, reasonOf(error));
  }
}

function richBundle(value: unknown, options: BundleOptions): MimeBundle | Promise<MimeBundle> | undefined {
  const own = ownBundle(value);
  if (own) return own;
  const table = asTable(value);
  if (table) return tableBundle(table, options);
  const figure = asFigure(value);
  if (figure) return figureBundle(toJson(figure) as typeof figure, options.key);
  const tensor = asTensor(value);
  if (tensor) return tensorBundle(tensor);
  return pictureBundle(value) ?? recordBundle(value);
}

/** The bundle of a value for `show`, which also takes contents by MIME type: `{ "text/html": "<b>…</b>" }`. */
export function shownBundle(value: unknown, options: BundleOptions): MimeBundle | Promise<MimeBundle> {
  const isContents =
    !util.types.isProxy(value) && isDescription(value) && Object.keys(value as object).every(key => key.includes("/"));
  return isContents ? toBundle({ toMimeBundle: () => value }, options) : toBundle(value, options);
}
