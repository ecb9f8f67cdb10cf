import { randomUUID } from "node:crypto";
import { host } from "./host";
import { toBundle } from "./mime";

export interface Display {
  /** Replaces what is shown, in its place. */
  update(value: unknown): void;
}

/**
 * Shows a value in the cell's output: a table, a figure, a tensor, anything with `toMimeBundle()`, or text. Outside a notebook its
 * text goes to stderr.
 */
export function show(value: unknown): Display {
  const id = randomUUID();
  const display = (next: unknown, update: boolean): void => {
    const kernel = host();
    if (kernel) kernel.show(kernel.bundle(next, id), { id, update });
    else process.stderr.write(`${toBundle(next).data["text/plain"]}\n`);
  };
  display(value, false);
  return { update: next => display(next, true) };
}
