/**
 * Warns of what a caller should know but need not stop for: a warning of the Node.js process, which prints it on stderr
 * and hands it to `process.on("warning", …)`. The arguments are those of `fail`.
 */
export function warn(where: string, found: string, remedy: string): void {
  process.emitWarning(`${where}: ${found}. ${remedy}`, "TokenwiseWarning");
}
