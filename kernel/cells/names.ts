/** The names of all cells: the properties of one object. */

/** The names of one session. */
export interface Names {
  exports: Record<string, unknown>;
  /** Stores an imported name, whose module may change its value. */
  bind(name: string, value: () => unknown): void;
}

/** No names yet. */
export function createNames(): Names {
  const exports: Record<string, unknown> = {};
  /** What imported names stand for. Their properties are defined once: to change one makes the object slow in V8. */
  const imported = new Map<string, () => unknown>();
  return {
    exports,
    bind(name, value) {
      if (!imported.has(name) && name in exports) exports[name] = value();
      else if (imported.has(name)) imported.set(name, value);
      else {
        imported.set(name, value);
        const get = (): unknown => imported.get(name)!();
        const set = (assigned: unknown): void => void imported.set(name, () => assigned);
        Object.defineProperty(exports, name, { get, set, enumerable: true, configurable: true });
      }
    },
  };
}
