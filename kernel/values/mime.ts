/** The bundle of any value. */
import { type MimeBundle, type ShowOptions, toJson, wireBundle } from "./mime-bundle";
import { asFigure, figureBundle } from "./mime-figure";
import { recordBundle } from "./mime-record";
import { asTable, tableBundle } from "./mime-table";
import { asTensor, tensorBundle } from "./mime-tensor";
import { plainText } from "./mime-text";

/** A value may describe itself: `[Symbol.for("Jupyter.display")]()` as in Deno, or `toMimeBundle()`; plain types or `{ data, metadata }`. */
function ownBundle(value: any): MimeBundle | Promise<MimeBundle> | undefined {
  const describe = value?.[Symbol.for("Jupyter.display")] ?? value?.toMimeBundle;
  if (typeof describe !== "function") return undefined;
  const said = describe.call(value);
  const wired = (found: unknown): MimeBundle => wireBundle(found, () => plainText(value));
  return typeof said?.then === "function" ? inTime(said).then(wired) : wired(said);
}

const patience = 30_000; // ms

/** The cell ends after what it shows, so it must not wait for what never comes. */
function inTime(said: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The value's description is a promise that took longer than ${patience / 1000} s.`);
    timer = setTimeout(() => reject(error), patience);
  });
  return Promise.race([said, late]).finally(() => clearTimeout(timer));
}

export interface BundleOptions extends ShowOptions {
  /** Names the display that a figure belongs to, so that its next version is drawn in the same place. */
  key?: string;
}

/**
 * The bundle of any value: its own description, else that of a table (arquero, danfo), a figure (`{ data, layout }`), a tensor or one
 * of the library's records, else text. A promise only where the value's own description is one.
 */
export function toBundle(value: unknown, options: BundleOptions = {}): MimeBundle | Promise<MimeBundle> {
  const own = ownBundle(value);
  if (own) return own;
  const table = asTable(value);
  if (table) return tableBundle(table, options);
  const figure = asFigure(value);
  if (figure) return figureBundle(toJson(figure) as typeof figure, options.key);
  const tensor = asTensor(value);
  if (tensor) return tensorBundle(tensor);
  return recordBundle(value) ?? { data: { "text/plain": plainText(value) }, metadata: {} };
}
