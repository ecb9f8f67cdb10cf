/**
 * Through this global, `tokenwise/kernel` in a cell reaches the kernel that runs the cell: the two may be different
 * copies of this package.
 */
import type { Comms } from "./cells/comms";
import type { BundleOptions } from "./values/mime";
import type { MimeBundle } from "./values/mime-bundle";

/** The kernel as the functions that a cell imports see it. */
export interface Host {
  /** Publishes a display, or updates the one with this id. */
  show(bundle: MimeBundle | Promise<MimeBundle>, display: { id: string; update: boolean }): void;
  bundle(value: unknown, options: BundleOptions): MimeBundle | Promise<MimeBundle>;
  /** Clears the cell's output: at once, or when its next output arrives. */
  clearOutput(wait: boolean): void;
  signal(): AbortSignal | undefined;
  /** Blocks until the user has entered a line of text. */
  input(prompt: string, password: boolean): string;
  comms: Pick<Comms, "open" | "on">;
}

const key = Symbol.for("tokenwise.kernel");

/** The kernel of this process, undefined outside a notebook. */
export const host = (): Host | undefined => (globalThis as { [key]?: Host })[key];

/** Registers the kernel of this process. */
export const setHost = (kernel: Host): void => {
  (globalThis as { [key]?: Host })[key] = kernel;
};
