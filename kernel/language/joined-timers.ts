/**
 * Joins all timers of the compiler into one. The compiler sets a timer to look for packages again after folders have
 * changed, and another to update its program. tslab allows only one, which it runs before each cell, and throws at a
 * second.
 */

type Callback = (...given: unknown[]) => void;

/** The functions of TypeScript's `System` for timers. */
export interface Timers {
  setTimeout?(callback: Callback, milliseconds: number, ...given: any[]): unknown;
  clearTimeout?(timer: unknown): void;
}

/**
 * `system` with joined timers: callbacks that wait at the same time run together, in order, with those that they add.
 */
export function withJoinedTimers<S extends Timers>(system: S): S {
  const waiting = new Set<() => void>();
  let timer: unknown;
  const runAll = (): void => {
    for (const callback of waiting) {
      waiting.delete(callback);
      callback();
    }
    timer = undefined;
  };
  const joined: Timers = {
    setTimeout(callback, milliseconds, ...given) {
      const own = (): void => callback(...given);
      waiting.add(own);
      timer ??= system.setTimeout!(runAll, milliseconds);
      return own;
    },
    clearTimeout(own) {
      if (!waiting.delete(own as () => void) || waiting.size > 0) return;
      system.clearTimeout!(timer);
      timer = undefined;
    },
  };
  return Object.assign(Object.create(system), joined);
}
