import { host } from "../host";

/**
 * Aborts when the running cell is interrupted: for fetch, timers and long library calls. Never aborts outside a
 * notebook.
 */
export const signal = (): AbortSignal => host()?.signal() ?? new AbortController().signal;
