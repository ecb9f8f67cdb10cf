/** The cell that runs, and the cell to which a piece of asynchronous work belongs. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Header } from "./messages";

export interface Cell {
  /** Counts executions from 1, also silent ones. */
  seq: number;
  /** `In[n]`, as in stack traces. */
  file: string;
  /** Header of its execute_request: the parent of its outputs. */
  header: Header;
  abort: AbortController;
  interrupted: boolean;
}

/** Follows awaits, timers and events, so that late output lands under the cell that caused it. */
export const cells = new AsyncLocalStorage<Cell>();
