/** The AbortSignal of a cell, for library calls that ask it between two pieces of work. */
import type { Cell } from "../output/cell";

const abortedOf = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")!.get!;

/**
 * `poll` is called whenever the signal is asked: code that never turns the event loop, such as text generation, hears of an interrupt
 * only then.
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
