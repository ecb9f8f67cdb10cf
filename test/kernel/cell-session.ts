import { createExecutor } from "../../kernel/cells/execute";
import { createCompiler } from "../../kernel/language/compile";
import type { Cell } from "../../kernel/output/cell";
import { suppliedModules } from "../../kernel/tools/tslab-api";
import { createFlags } from "../../kernel/wire/interrupt";

/** Cells that run in this process, one after the other, as those of a notebook in its working directory. */
export function cellSession() {
  const compiler = createCompiler();
  const flags = createFlags();
  const executor = createExecutor(compiler, flags, process.cwd(), suppliedModules);
  let count = 0;
  return {
    compiler,
    executor,
    flags,
    /** The number of the last cell. */
    count: () => count,
    /** Runs a cell to its end and gives its value. */
    async run(code: string): Promise<unknown> {
      count++;
      const request = {} as Cell["request"];
      const abort = new AbortController();
      const cell: Cell = { seq: count, file: `In[${count}]`, request, abort, interrupted: false };
      return (await executor.run(code, cell)).value;
    },
    close: () => compiler.close(),
  };
}
