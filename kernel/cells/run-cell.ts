/** One execute_request: runs its code, publishes its output, and makes the content of its reply. */
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

  async function runCell(cell: Cell, silent: boolean): Promise<Record<string, unknown>> {
    const { code, user_expressions } = cell.request.content;
    try {
      const result = await executor.run(code, cell);
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
