/** Marks the result of `show`: as a cell's last value it is not shown again. */
const key = Symbol.for("tokenwise.shown"); // a global symbol: the cell may use another copy of this package

/** Marks a value as shown and returns it. */
export const markShown = <T extends object>(display: T): T => Object.defineProperty(display, key, { value: true });

/** Whether `markShown` has marked the value. */
export const isShown = (value: unknown): boolean => (value as { [key]?: boolean } | null | undefined)?.[key] === true;
