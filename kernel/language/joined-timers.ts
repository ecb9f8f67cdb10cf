/**
 * One timer for all of the compiler's. It sets one to look again for packages when folders have changed, and one to update its program; tslab
 * has room for one, runs it before each cell, and throws when there is a second.
 */

type Callback = (...given: unknown[]) => void;

/** The functions of TypeScript's `System` for timers. */
export interface Timers {
  setTimeout?(callback: Callback, milliseconds: number, ...given: any[]): unknown;
  clearTimeout?(timer: unknown): void;
}

/** `system`, in which what is set at the same time is run together, in its order, with what it sets in turn. */
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
