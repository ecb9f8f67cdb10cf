/**
 * Promises as text. Before version 24, Node stores on each promise, to trace where it was made, the whole cell that
 * made it; this is left out.
 */
import * as util from "node:util";

const note = /^Symbol\((async_id_symbol|trigger_async_id_symbol|kResourceStore)\)$/;

/** Changes how `util.inspect` prints promises. */
export function installPromiseText(): void {
  Object.defineProperty(Promise.prototype, util.inspect.custom, {
    value(this: any, _depth: number, options: util.InspectOptions, inspect: typeof util.inspect): string {
      if (!Object.isExtensible(this)) return inspect(this, { ...options, customInspect: false });
      const notes = Object.getOwnPropertySymbols(this).filter(symbol => note.test(String(symbol)));
      const values = notes.map(symbol => this[symbol]);
      for (const symbol of notes) delete this[symbol];
      Object.defineProperty(this, util.inspect.custom, { value: undefined, configurable: true });
      try {
        return inspect(this, options);
      } finally {
        delete this[util.inspect.custom];
        for (const [n, symbol] of notes.entries()) this[symbol] = values[n];
      }
    },
    writable: true,
    configurable: true,
  });
}
