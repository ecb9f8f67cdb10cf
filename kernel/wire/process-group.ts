/** Signals this process and, where it leads its group as under Jupyter, the children that cells started. */
export function signalGroup(signal: NodeJS.Signals): void {
  try {
    process.kill(-process.pid, signal);
  } catch {
    process.kill(process.pid, signal); // not the leader of a group, or Windows
  }
}
