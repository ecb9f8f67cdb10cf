const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** A bar with its numbers: `[########----]  64 of 98 MB`; `done` and `total` in bytes. */
export function bar(done, total, width = 24) {
  const filled = Math.round(width * Math.min(1, done / total));
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${megabytes(done)} of ${megabytes(total)} MB`;
}

export const megabytes = bytes => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

const elapsed = since => {
  const seconds = (Date.now() - since) / 1000;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
};

/**
 * Shows the progress of steps: on a terminal one updating line for the running step, elsewhere a line once a step takes
 * long and every 15 s after. `verbose` also shows steps that had nothing to do.
 */
export function createProgress({ stream = process.stderr, verbose = false } = {}) {
  const terminal = Boolean(stream.isTTY);
  const clear = terminal ? "\r\x1b[K" : "";
  const write = line => stream.write(`${clear}${line}\n`);

  /**
   * Runs one step. `work(tell)` returns { did?, warning? }: what was done, if anything, and what the user should know.
   */
  async function step(title, work) {
    const start = Date.now();
    let detail = "";
    let turn = 0;
    const moving = () => {
      const line = `${spinner[turn++ % spinner.length]} ${title}  ${elapsed(start)}  ${detail}`;
      stream.write(`${clear}${line.slice(0, (stream.columns || 100) - 1)}`);
    };
    const plain = () => write(`  ${title}: ${elapsed(start)} ${detail}`);
    const timer = setInterval(terminal ? moving : plain, terminal ? 120 : 15_000);
    try {
      const result = await work(text => {
        detail = text;
      });
      if (result.did) write(`✓ ${title}: ${result.did} (${elapsed(start)})`);
      else if (verbose && !result.warning) write(`✓ ${title}: ready`);
      else if (terminal) stream.write(clear);
      if (result.warning) write(`! ${title}: ${result.warning}`);
      return result;
    } catch (error) {
      write(`✗ ${title} failed after ${elapsed(start)}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }
  return { step, write };
}
