/** The bundle of any value. */
import { describedBundle, type MimeBundle, type ShowOptions, toJson } from "./mime-bundle";
import { asFigure, figureBundle } from "./mime-figure";
import { recordBundle } from "./mime-record";
import { asTable, tableBundle } from "./mime-table";
import { asTensor, tensorBundle } from "./mime-tensor";
import { plainText } from "./mime-text";

/**
 * The bundle of a value that describes itself, by `[Symbol.for("Jupyter.display")]()` as in Deno or by
 * `toMimeBundle()`.
 */
function ownBundle(value: any): MimeBundle | Promise<MimeBundle> | undefined {
  const describe = value?.[Symbol.for("Jupyter.display")] ?? value?.toMimeBundle;
  if (typeof describe !== "function") return undefined;
  const description = describe.call(value);
  const bundle = (found: unknown): MimeBundle => describedBundle(found, () => plainText(value));
  return typeof description?.then === "function" ? withTimeout(description).then(bundle) : bundle(description);
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
 * tensor or one of the library's records, or else text. It is a promise only if the value's own description is.
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
