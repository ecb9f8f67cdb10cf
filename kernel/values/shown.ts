/** What `show` returns stands for what is shown already: as a cell's last value it is not shown again. */
const key = Symbol.for("tokenwise.shown"); // the cell's copy of this package may not be the kernel's

export const markShown = <T extends object>(display: T): T => Object.defineProperty(display, key, { value: true });

export const isShown = (value: unknown): boolean => (value as { [key]?: boolean } | null | undefined)?.[key] === true;
