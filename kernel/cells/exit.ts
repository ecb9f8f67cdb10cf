/** Makes `process.exit` in a cell end the cell, not the kernel with everything that was computed. */
export function guardExit(): void {
  process.exit = ((code: number | string = process.exitCode ?? 0): never => {
    process.exitCode = undefined;
    const message = `process.exit(${code}) ends the cell; the kernel goes on. Restart the kernel to start afresh.`;
    throw Object.assign(new Error(message), { name: "SystemExit" });
  }) as typeof process.exit;
}
