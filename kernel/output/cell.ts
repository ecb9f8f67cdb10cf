/** The cell that runs, and the cell to which a piece of asynchronous work belongs. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Request } from "../wire/messages";

export interface Cell {
  /** Counts executions from 1, also silent ones. */
  seq: number;
  /** `In[n]`, as in stack traces. */
  file: string;
  /** Its execute_request: the parent of its outputs. */
  request: Request;
  abort: AbortController;
  interrupted: boolean;
}

/** Follows awaits, timers and events, so that late output lands under the cell that caused it. */
export const cells = new AsyncLocalStorage<Cell>();
