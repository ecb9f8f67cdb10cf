/** Shared memory through which the wire thread interrupts a main thread that may be busy. */

/** Indices into the shared Int32Array. `seq` is the number of a cell, from 1. */
export const slot = {
  /** Other than 0 if loops of cells must call the check, see `guard`. */
  guard: 0,
  /** `seq` of the cell that must stop, or 0. */
  target: 1,
  /** `seq` of the running cell, or 0. */
  running: 2,
  /**
   * Other than 0 if the next cell must stop at once: an interrupt came while a request waited for the kernel to start.
   */
  next: 3,
  /** `seq` of the last cell that noticed its interrupt. */
  seen: 4,
  /** 1 if the wire thread has sent everything and the process may end. */
  left: 5,
  /** 1 if the wait for the user's answer is over, because it came or because the cell was interrupted. */
  answered: 6,
  /**
   * `seq` of the cell for which the wire thread raises SIGINT, until the signal is noticed, or 0; `gateShut` if no
   * signal may be raised now.
   */
  signalled: 7,
  /** 1 while the main thread waits for a program, which only a signal can interrupt. */
  program: 8,
  /** 1 while a debugger watches. */
  debugging: 9,
} as const;

/** Bits of the slot `guard`: why loops must call the check. */
export const guard = {
  interrupted: 1,
  /** A message of a comm has come. */
  mail: 2,
} as const;

/** Value of the slot `signalled` while no signal may be raised. */
export const gateShut = -1;

/** The shared memory, all 0. */
export const createFlags = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * Object.keys(slot).length));

/**
 * The error of an interrupted cell; front ends know its name. Without a stack trace, so that the current statement is
 * shown.
 */
export function interruption(): Error {
  const error = Object.assign(new Error("The cell was interrupted."), { name: "KeyboardInterrupt" });
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
