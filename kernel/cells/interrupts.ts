/** Interrupts of cells, as their loops and the calls that follow their signals see them. */
import { loopKind } from "../language/cell-transform";
import { type Cell, cells } from "../output/cell";
import { guard, interruption, slot } from "../wire/interrupt";

/** Timeouts in milliseconds. */
const timeout = {
  /** For a loop in `catch` or `finally` that blocks the thread, and for one that awaits. */
  cleanUpAtOnce: 300,
  cleanUpLater: 10_000,
  /**
   * Until work that an interrupted cell left running must have reached the next turn of a loop. While the guard is up,
   * tight loops are slow.
   */
  leftWork: 60_000,
};

/** The interrupts of one session. */
export interface Interrupts {
  /**
   * Throws in the interrupted cell and in work that it left running, and nowhere else. A loop that cleans up after the
   * interrupt goes on for a while. Called by loops while the guard is up.
   */
  check(kind?: number): void;
  /** Notices an interrupt of the cell, without throwing. */
  poll(cell: Cell): void;
  /** Stops a cell. */
  stop(cell: Cell): void;
  /** Lowers the guard, unless an interrupted cell may still have work running. Call when a cell has ended. */
  settle(cell: Cell): void;
  /**
   * The interrupt, if it caused `error` before the cell noticed it, for example by ending a program that the cell
   * waited for.
   */
  causeOf(error: unknown, cell: Cell): unknown;
}

/**
 * `flags` is the memory shared with the wire thread. `receive` handles the messages that have come while a cell keeps
 * the thread busy.
 */
export function createInterrupts(flags: Int32Array, receive: () => void): Interrupts {
  const stopped = new Set<Cell>();
  let isReceiving = false;

  /** Handles messages of comms in the midst of a cell. */
  function takeMail(): void {
    if ((Atomics.and(flags, slot.guard, ~guard.mail) & guard.mail) === 0 || isReceiving) return;
    isReceiving = true;
    try {
      receive();
    } finally {
      isReceiving = false;
    }
  }
  function notice(cell: Cell): void {
    if (Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted) stop(cell);
  }
  function stop(cell: Cell): void {
    cell.interrupted = true;
    cell.interruptedAt ??= performance.now();
    stopped.add(cell);
    Atomics.store(flags, slot.seen, cell.seq);
    cells.run(cell, () => cell.abort.abort(interruption()));
    setTimeout(() => settle(cell), timeout.leftWork).unref();
  }
  function settle(cell: Cell): void {
    stopped.delete(cell);
    Atomics.compareExchange(flags, slot.target, cell.seq, 0);
    if (stopped.size > 0) return;
    Atomics.and(flags, slot.guard, ~guard.interrupted);
    // An interrupt may have come in between.
    if (Atomics.load(flags, slot.target) !== 0) Atomics.or(flags, slot.guard, guard.interrupted);
  }
  return {
    check(kind = loopKind.work) {
      takeMail();
      const cell = cells.getStore();
      if (!cell) return;
      const { interruptedAt } = cell;
      notice(cell);
      if (!cell.interrupted) return;
      const time =
        kind === loopKind.work ? 0 : kind === loopKind.cleanUp ? timeout.cleanUpAtOnce : timeout.cleanUpLater;
      if (interruptedAt === undefined || performance.now() - interruptedAt >= time) throw interruption();
    },
    poll(cell) {
      takeMail();
      notice(cell);
    },
    stop,
    settle,
    causeOf: (error, cell) =>
      Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted ? interruption() : error,
  };
}
