/**
 * SIGINT and the scripts that it cuts off (`breakOnSigint`). A signal that comes while such a script ends stays in Node and cuts off a later one;
 * one that comes while Node changes its handlers ends the process. So the wire thread raises it only while the gate is open, and a script
 * whose end was announced a signal waits for it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { gateShut, slot } from "../wire/interrupt";

export interface Gate {
  /** Shuts the gate, once a signal that is on its way to the listener of SIGINT has come. */
  shut(): Promise<void>;
  /** Runs a cell's first turn, from within its script, with the gate open. */
  pass<T>(turn: () => T): T;
  /** Opens it again, when the script has ended: signals go to the listener. */
  open(): void;
}

const patience = 1000; // ms; the wire thread was stopped between announcing a signal and raising it

export function createGate(flags: Int32Array): Gate {
  /** The `seq` for which a signal is on its way, else 0. */
  const shutNow = (): number => Atomics.compareExchange(flags, slot.signalled, 0, gateShut);
  const open = (): void => void Atomics.store(flags, slot.signalled, 0);
  return {
    open,
    async shut() {
      for (const end = performance.now() + patience; shutNow() !== 0 && performance.now() < end; ) await sleep(2);
      Atomics.store(flags, slot.signalled, gateShut);
    },
    pass(turn) {
      open();
      try {
        return turn();
      } finally {
        const seq = shutNow();
        if (seq !== 0) Atomics.wait(flags, slot.signalled, seq, patience); // until the script is cut off
      }
    },
  };
}
