/** The cell that runs, and the cell to which a piece of asynchronous work belongs. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Request } from "../wire/messages";

/** One execution of a cell. */
export interface Cell {
  /** Number of the execution, from 1; silent ones count, too. */
  seq: number;
  /** `In[n]`, as in stack traces. */
  file: string;
  /** The execute_request: the parent message of all outputs of the cell. */
  request: Request;
  abort: AbortController;
  interrupted: boolean;
  /** When it was, in the time of `performance.now()`. */
  interruptedAt?: number;
}

/** Follows awaits, timers and events, so that late output appears under the cell that caused it. */
export const cells = new AsyncLocalStorage<Cell>();
