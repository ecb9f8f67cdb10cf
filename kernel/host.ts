/** How `tokenwise/kernel` in a cell reaches the kernel that runs it: by a global, as the two may be different copies of this package. */
import type { Comms } from "./cells/comms";
import type { BundleOptions } from "./values/mime";
import type { MimeBundle } from "./values/mime-bundle";

export interface Host {
  show(bundle: MimeBundle | Promise<MimeBundle>, display: { id: string; update: boolean }): void;
  bundle(value: unknown, options: BundleOptions): MimeBundle | Promise<MimeBundle>;
  /** Empties the cell's output: at once, or when its next output comes. */
  clearOutput(wait: boolean): void;
  signal(): AbortSignal | undefined;
  /** Waits for a line of text from the user. */
  input(prompt: string, password: boolean): string;
  comms: Pick<Comms, "open" | "on">;
}

const key = Symbol.for("tokenwise.kernel");

/** The kernel of this process, undefined outside a notebook. */
export const host = (): Host | undefined => (globalThis as { [key]?: Host })[key];

export const setHost = (kernel: Host): void => {
  (globalThis as { [key]?: Host })[key] = kernel;
};
