/** One execute_request: runs its code, publishes its output, and makes the content of its reply. */
import { isTimed } from "../language/commands";
import { describeError } from "../language/errors";
import { type Cell, cells } from "../output/cell";
import type { Outputs } from "../output/outputs";
import { toBundle } from "../values/mime";
import { isShown } from "../values/shown";
import type { Request } from "../wire/messages";
import type { Executor } from "./execute";

/** Runs execute_requests and counts them. */
export interface CellRunner {
  /** Resolves to the content of the execute_reply; never rejects. */
  run(request: Request): Promise<Record<string, unknown>>;
  /** The execution count of the last cell that has one. */
  count(): number;
}

/** A time in milliseconds, to read: `85 ms`, `1.25 s`, `3 min 20 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(2)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** `remember` is called with each cell that belongs in the history. */
export function createCellRunner(
  executor: Executor,
  outputs: Outputs,
  remember: (count: number, code: string) => void,
): CellRunner {
  let count = 0;
  let seq = 0;

  /** The values of `user_expressions`, each with its own error. */
  async function evaluate(expressions: Record<string, string>, cell: Cell): Promise<Record<string, object>> {
    const found: Record<string, object> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const file = `${cell.file} ${name}`;
      try {
        const { value } = await executor.run(code, { ...cell, file });
        found[name] = { status: "ok", ...(await toBundle(value)) };
      } catch (error) {
        found[name] = { status: "error", ...describeError(error, { file, line: executor.line() }) };
      }
    }
    return found;
  }

  /** Runs a cell and, if it begins with `%%time`, shows how long it took. */
  async function timed<T>(code: string, silent: boolean, run: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await run();
    } finally {
      const text = `time: ${durationText(performance.now() - started)}\n`;
      if (!silent && isTimed(code)) outputs.publish("stream", { name: "stdout", text });
    }
  }

  async function runCell(cell: Cell, silent: boolean): Promise<Record<string, unknown>> {
    const { code, user_expressions } = cell.request.content;
    try {
      const result = await timed(code, silent, () => executor.run(code, cell));
      if ("value" in result && !silent && !isShown(result.value))
        await executor.attend(cell, async () => outputs.result(toBundle(result.value), count));
      const values = await evaluate(user_expressions ?? {}, cell);
      return { status: "ok", execution_count: count, payload: [], user_expressions: values };
    } catch (error) {
      const described = describeError(error, { file: cell.file, line: executor.line() });
      if (!silent) outputs.publish("error", described);
      return { status: "error", execution_count: count, ...described };
    }
  }
  return {
    count: () => count,
    run(request) {
      const { header, content } = request;
      const silent = content.silent === true;
      const stored = content.store_history !== false && !silent;
      if (stored) remember(++count, content.code);
      outputs.adopt(header);
      outputs.publish("status", { execution_state: "busy" }, header);
      if (!silent) outputs.publish("execute_input", { code: content.code, execution_count: count }, header);
      const file = stored ? `In[${count}]` : `Unnumbered[${seq + 1}]`;
      const cell: Cell = { seq: ++seq, file, request, abort: new AbortController(), interrupted: false };
      return cells.run(cell, async () => {
        const content = await runCell(cell, silent);
        // An interrupt ends the wait for pictures, not the cell.
        await executor.attend(cell, outputs.settle).catch(() => {});
        return content;
      });
    },
  };
}
