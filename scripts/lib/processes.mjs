import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const codeOf = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: 137 };

/**
 * Makes `run(command, args, options) → { code, stdout, tail }`. The command runs in a process group of its own, so that
 * the whole group can be ended: when this process gets a signal, or by the next set-up if this one was killed
 * (`onStart(pid)`). `options.onLine` gets each line of both streams; `tail` has the last ones. A command that does not
 * exist has code 127.
 */
export function createRunner({ onStart = () => {}, tailLines = 15 } = {}) {
  return (command, args, { onLine = () => {}, env, cwd } = {}) =>
    new Promise(resolve => {
      const child = spawn(command, args, {
        cwd,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      });
      if (child.pid) onStart(child.pid);
      const offSignals = onSignals(signal => {
        endGroup(child.pid);
        process.stderr.write("\nStopped. The same command goes on from here.\n");
        process.exit(codeOf[signal]);
      });
      const tail = [];
      let stdout = "";
      const follow = (stream, keep) => {
        let rest = "";
        stream.setEncoding("utf8").on("data", text => {
          if (keep) stdout += text;
          const lines = (rest + text).split(/[\r\n]+/);
          rest = lines.pop();
          for (const line of lines.filter(Boolean)) seen(line);
        });
        stream.on("end", () => rest && seen(rest));
      };
      const seen = line => {
        tail.push(line);
        if (tail.length > tailLines) tail.shift();
        onLine(line);
      };
      follow(child.stdout, true);
      follow(child.stderr, false);
      child.on("error", error => {
        offSignals();
        resolve({ code: 127, stdout, tail: [error.message] });
      });
      child.on("close", (code, signal) => {
        offSignals();
        resolve({ code: code ?? codeOf[signal] ?? 1, stdout, tail });
      });
    });
}

/** Calls `handle(signal)` on signals that end a program, until the returned function is called. */
function onSignals(handle) {
  const handlers = signals.map(signal => [signal, () => handle(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/** Sends `signal` to a whole process group. */
export function endGroup(pid, signal = "SIGTERM") {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

/**
 * Runs a command in the foreground with this terminal; resolves to its exit code. A terminal sends Ctrl-C to the
 * command itself, so this process only waits for its end; other signals are forwarded.
 */
export function foreground(command, args, { env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
    const offSignals = onSignals(signal => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      offSignals();
      resolve(code ?? codeOf[signal] ?? 1);
    });
  });
}

/**
 * The start of process `pid`, as a mark that distinguishes it from a later process with the same number; null if it is
 * not running. Outside Linux the mark only says that such a process runs.
 */
export function processMark(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? null : fields[19];
  } catch {
    if (process.platform === "linux") return null;
  }
  try {
    process.kill(pid, 0);
    return "running";
  } catch {
    return null;
  }
}
