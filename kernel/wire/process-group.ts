/** Signals this process and, if it leads its process group as under Jupyter, the programs that cells started. */
export function signalGroup(signal: NodeJS.Signals): void {
  try {
    process.kill(-process.pid, signal);
  } catch {
    process.kill(process.pid, signal); // it does not lead a group, or runs on Windows
  }
}
