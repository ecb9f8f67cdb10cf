/** Programs that cells run as `!command` and `%%bash`. */
import childProcess from "node:child_process";

/**
 * Runs a command and waits for it; its output is the cell's. `shell` is the program of a whole cell, or empty for one
 * line. Errors: a whole cell that fails; an interrupt. Of one line, the exit code is printed.
 */
export function runShell(command: string, shell: string): void {
  const stdio = ["ignore", "inherit", "inherit"] as const;
  const { status, signal, error } = shell
    ? childProcess.spawnSync(shell, ["-c", command], { stdio: [...stdio] })
    : childProcess.spawnSync(command, { shell: true, stdio: [...stdio] });
  if (error) throw error;
  if (signal) throw new Error(`the program was ended by ${signal}`);
  if (status === 0) return;
  if (shell) throw new Error(`${shell} ended with exit code ${status}`);
  process.stderr.write(`exit code ${status}\n`);
}
