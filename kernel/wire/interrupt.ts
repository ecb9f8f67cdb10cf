/** Shared memory through which the wire thread interrupts a main thread that may be busy. */

/** Slots of the shared Int32Array. Cells are numbered from 1 by `seq`. */
export const slot = {
  /** Not 0: loops in cell code must call the check. */
  guard: 0,
  /** `seq` of the cell that is to stop; 0 for none. */
  target: 1,
  /** `seq` of the cell that runs now; 0 for none. */
  running: 2,
  /** Not 0: a request waits for the kernel to start; the next cell is to stop at once. */
  next: 3,
  /** `seq` of the last cell that saw its interrupt. */
  seen: 4,
  /** 1 when the wire thread has sent everything and the process may end. */
  left: 5,
  /** 1 when the user has answered what a cell asks, or will not: the cell is interrupted. */
  answered: 6,
  /** `seq` of the cell for which the wire thread raises SIGINT, until it is noticed; 0 for none; `gateShut`: none may be raised now. */
  signalled: 7,
  /** 1 while the main thread waits for a program, which only a signal can end. */
  program: 8,
} as const;

export const gateShut = -1;

export const createFlags = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * Object.keys(slot).length));

/** The error that an interrupted cell ends with; front ends know it by its name. Its place is the cell's current statement. */
export function interruption(): Error {
  const error = Object.assign(new Error("The cell was interrupted."), { name: "KeyboardInterrupt" });
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
