/** The AbortSignal of a cell, for library calls that check it between two pieces of work. */
import type { Cell } from "../output/cell";

const abortedOf = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")!.get!;

/**
 * The signal of `cell`. Code that never returns to the event loop, such as text generation, can learn of an interrupt
 * only by checking it, so each check first calls `poll`.
 */
export function cellSignal(cell: Cell, poll: (cell: Cell) => void): AbortSignal {
  const { signal } = cell.abort;
  const aborted = (): boolean => {
    poll(cell);
    return abortedOf.call(signal);
  };
  const throwIfAborted = (): void => {
    if (aborted()) throw signal.reason;
  };
  return Object.defineProperties(signal, {
    aborted: { get: aborted, configurable: true },
    throwIfAborted: { value: throwIfAborted, configurable: true },
  });
}
