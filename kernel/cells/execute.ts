/** Runs compiled cells in this process's global scope and stops them when they are interrupted. */
import Module from "node:module";
import * as path from "node:path";
import { inspect } from "node:util";
import * as vm from "node:vm";
import { kernelGlobal } from "../language/cell-transform";
import type { Compiled } from "../language/compile";
import { generated as names } from "../language/js-factory";
import { resultName } from "../language/last-value";
import { installPrelude } from "../language/prelude";
import { createLoader } from "../modules/loader";
import type { ModuleSession } from "../modules/session";
import { type Cell, cells } from "../output/cell";
import { leaveProgram } from "../output/children";
import { toBundle } from "../values/mime";
import type { MimeBundle } from "../values/mime-bundle";
import { interruption, slot } from "../wire/interrupt";
import { cellSignal } from "./cell-signal";
import { engineState } from "./engine-state";
import { createGate } from "./gate";
import { createInterrupts } from "./interrupts";
import { createNames } from "./names";
import { runShell } from "./shell";

/** The part of the compiler that runs of cells need; another thread may do the work. */
export interface CellCompiler {
  compile(code: string, file: string): Compiled | Promise<Compiled>;
  /** Makes the names of a cell known to later ones. */
  keep(compiled: Compiled): void;
  session: ModuleSession;
}

/** Runs the cells of one session. */
export interface Executor {
  /**
   * Runs a cell to its end. The result has a value if the cell's last statement is an expression that is not undefined.
   */
  run(code: string, cell: Cell): Promise<{ value?: unknown }>;
  /**
   * Does further work for a cell that has run, such as waiting for its displays. Rejects as soon as it is interrupted.
   */
  attend<T>(cell: Cell, work: () => Promise<T>): Promise<T>;
  /** Aborts when the cell is interrupted, also while it blocks the thread. */
  signal(cell: Cell): AbortSignal;
  /** Throws in a cell that was interrupted. */
  check(): void;
  /** Ends the wait of the running cell, if its number is `seq`. Loops of the cell end by their own check. */
  interrupt(seq?: number): void;
  /** Line (from 1) of the statement that the last cell ran last; 0 if it never started. */
  line(): number;
}

/** Milliseconds until an interrupted cell must have ended by itself, its `finally` blocks included. */
const cleanUp = 150;

/** Parameters of a cell's function: the kernel's own, and in an outer function those that a cell may declare anew. */
const parameters = [
  ...[names.names, names.bind, names.import, names.importLater, names.meta, resultName],
  ...["exports", "require", "module", "__filename", "__dirname"],
];

/**
 * `flags` is the memory shared with the wire thread; local modules are found from `directory`; `special` are modules
 * that the kernel supplies. `announce` is called with the name and the code of each cell, which then waits for it;
 * `receive` handles the messages that have come while a cell keeps the thread busy. Call once a process.
 */
export function createExecutor(
  compiler: CellCompiler,
  flags: Int32Array,
  directory: string,
  special: Record<string, () => unknown> = {},
  announce: (file: string, code: string) => Promise<void> = async () => {},
  receive: () => void = () => {},
): Executor {
  const modules = createLoader(compiler.session, special);
  const file = path.join(directory, "cell.ts");
  const { exports, bind } = createNames();
  const gate = createGate(flags);
  const { check, poll, stop, settle, causeOf } = createInterrupts(flags, receive);
  let running: Cell | undefined;
  let endWait: (error: Error) => void = () => {};

  /** Where a cell's last value goes. */
  let result: { value?: unknown } = {};
  const module = Object.assign(new Module(file), { filename: file, exports });
  const own = modules.importsOf(file);
  const generated = {
    flags,
    /** The values of the notebook's names. */
    names: exports,
    /** For the debugger: how a value is shown. A bundle that takes its time is text unless `wait` is true. */
    bundle(value: unknown, wait: boolean): MimeBundle | Promise<MimeBundle> {
      const bundle = toBundle(value);
      return wait || !(bundle instanceof Promise) ? bundle : { data: { "text/plain": inspect(value) }, metadata: {} };
    },
    line: 0,
    /** Calls a cell's function, which `make` returns. */
    run(make: (...given: unknown[]) => () => unknown): unknown {
      result = {};
      const kernels = [exports, bind, own.import, own.importLater, own.meta, result];
      const cell = make(...kernels, exports, own.require, module, file, directory);
      return gate.pass(cell);
    },
    /** Called by a loop while the guard is up. */
    check,
    shell: runShell,
  };
  Object.defineProperty(globalThis, kernelGlobal, { value: generated });
  installPrelude();

  function scriptOf({ javascript, usesAwait }: Compiled, file: string): vm.Script {
    const head = `${kernelGlobal}.run((${parameters.join(", ")}) => ${usesAwait ? "async " : ""}function(){`;
    return new vm.Script(`${head}${javascript}\n})`, { filename: file, columnOffset: -head.length });
  }
  /** V8 tells a debugger of a script when the script first runs; this runs it without its cell. */
  function showDebugger(script: vm.Script): void {
    const { run } = generated;
    generated.run = () => undefined;
    script.runInThisContext();
    generated.run = run;
  }
  /** Runs a cell up to its first await. The gate must be shut. */
  function start(script: vm.Script, cell: Cell): unknown {
    const restoreEngine = engineState();
    try {
      if (Atomics.load(flags, slot.target) === cell.seq) throw interruption(); // it came while the cell was compiled
      return script.runInThisContext({ breakOnSigint: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED")
        throw causeOf(error, cell);
      restoreEngine();
      leaveProgram();
      throw interruption();
    } finally {
      gate.open();
    }
  }
  /** The result of `work`; rejects as soon as the running cell is interrupted. */
  const unlessInterrupted = <T>(work: T | Promise<T>): Promise<T> =>
    Promise.race([work, new Promise<never>((_, reject) => (endWait = reject))]);

  /** Resolves when the cell ends, rejects at its error or as soon as it is interrupted. */
  async function runCompiled(compiled: Compiled, code: string, cell: Cell): Promise<void> {
    let work: Promise<unknown> | undefined;
    try {
      modules.refresh();
      const script = scriptOf(compiled, cell.file);
      if (Atomics.load(flags, slot.debugging)) showDebugger(script);
      await unlessInterrupted(announce(cell.file, code));
      await gate.shut();
      const result = start(script, cell);
      if (compiled.usesAwait)
        work = (result as Promise<void>)
          .catch(error => Promise.reject(causeOf(error, cell)))
          .finally(() => settle(cell));
      if (work) await unlessInterrupted(work);
    } finally {
      if (!work) settle(cell);
      // Also after an error or an interrupt: later cells can use what this one had declared by then.
      compiler.keep(compiled);
    }
  }
  function takeValue(): { value?: unknown } {
    const taken = result.value === undefined ? {} : { value: result.value };
    result = {};
    return taken;
  }
  return {
    check,
    signal: cell => cellSignal(cell, poll),
    async attend(cell, work) {
      running = cell;
      Atomics.store(flags, slot.running, cell.seq);
      try {
        return await unlessInterrupted(work());
      } finally {
        Atomics.store(flags, slot.running, 0);
        running = undefined;
        settle(cell);
      }
    },
    line: () => generated.line,
    async run(code, cell) {
      generated.line = 0;
      running = cell;
      if (Atomics.exchange(flags, slot.next, 0)) throw interruption();
      Atomics.store(flags, slot.running, cell.seq);
      try {
        const compiled = await unlessInterrupted(compiler.compile(code, cell.file)).catch(error => {
          settle(cell);
          throw error;
        });
        await cells.run(cell, () => runCompiled(compiled, code, cell));
        return takeValue();
      } finally {
        Atomics.store(flags, slot.running, 0);
        running = undefined;
      }
    },
    interrupt(seq) {
      if (!running || (seq && seq !== running.seq)) return;
      stop(running);
      const end = endWait;
      setTimeout(() => end(interruption()), cleanUp);
    },
  };
}
