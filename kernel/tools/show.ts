import { randomUUID } from "node:crypto";
import { host } from "../host";
import { shownBundle } from "../values/mime";
import type { MimeBundle, ShowOptions } from "../values/mime-bundle";
import { markShown } from "../values/shown";

/** A value on display. */
export interface Display {
  /** Replaces the value. */
  update(value: unknown): void;
}

/**
 * Shows a value in the cell's output: a table, a figure, a tensor, a picture's bytes, anything with `toMimeBundle()`,
 * contents by MIME type (`{ "text/html": "<b>…</b>" }`), or text. Outside a notebook the text is written to stderr.
 */
export function show(value: unknown, options: ShowOptions = {}): Display {
  const id = randomUUID();
  const display = (next: unknown, update: boolean): void => {
    const kernel = host();
    if (kernel) kernel.show(kernel.bundle(next, { ...options, key: id }), { id, update });
    else void printText(shownBundle(next, options));
  };
  display(value, false);
  return markShown({ update: (next: unknown) => display(next, true) });
}

async function printText(bundle: MimeBundle | Promise<MimeBundle>): Promise<void> {
  const { data } = bundle instanceof Promise ? await bundle : bundle;
  process.stderr.write(`${data["text/plain"]}\n`);
}

/** How `clearOutput` clears. */
export interface ClearOptions {
  /** Whether the output stays until the next one arrives, which avoids flicker. Default true. */
  wait?: boolean;
}

/** Clears the cell's output. Does nothing outside a notebook. */
export const clearOutput = ({ wait = true }: ClearOptions = {}): void => host()?.clearOutput(wait);
