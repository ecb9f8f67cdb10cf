/**
 * Decides when SIGINT may be raised to cut off a running script (`breakOnSigint`). A signal that arrives while a script
 * ends stays in Node and cuts off a later script; one that arrives while Node changes its handlers ends the process. So
 * the wire thread raises it only while the gate is open, and announces it in shared memory first. A script that ends
 * after such an announcement waits for the signal.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { gateShut, slot } from "../wire/interrupt";

/** The gate of one session, shared by both threads. */
export interface Gate {
  /** Shuts the gate. A signal that was announced reaches the listener of SIGINT before. */
  shut(): Promise<void>;
  /** Runs a cell's first turn, from within its script, with the gate open. */
  pass<T>(turn: () => T): T;
  /** Opens the gate when the script has ended: signals go to the listener. */
  open(): void;
}

/**
 * Milliseconds to wait for a signal that was announced, in case the wire thread stopped before it raised the signal.
 */
const timeout = 1000;

/** The gate in the slot `signalled` of the shared memory. */
export function createGate(flags: Int32Array): Gate {
  /** Shuts the gate unless a signal was announced. Returns the `seq` of the cell for which it was, or 0. */
  const shutNow = (): number => Atomics.compareExchange(flags, slot.signalled, 0, gateShut);
  const open = (): void => void Atomics.store(flags, slot.signalled, 0);
  return {
    open,
    async shut() {
      for (const end = performance.now() + timeout; shutNow() !== 0 && performance.now() < end; ) await sleep(2);
      Atomics.store(flags, slot.signalled, gateShut);
    },
    pass(turn) {
      open();
      try {
        return turn();
      } finally {
        const seq = shutNow();
        if (seq !== 0) Atomics.wait(flags, slot.signalled, seq, timeout); // the signal cuts off the script here
      }
    },
  };
}
