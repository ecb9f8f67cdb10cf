/** Runs compiled cells in this process's global scope and stops them when they are interrupted. */
import Module from "node:module";
import * as path from "node:path";
import * as vm from "node:vm";
import { kernelGlobal, loopKind } from "../language/cell-transform";
import type { Compiled, Compiler } from "../language/compile";
import { generated as names } from "../language/js-factory";
import { resultName } from "../language/last-value";
import { installPrelude } from "../language/prelude";
import { createLoader } from "../modules/loader";
import { type Cell, cells } from "../output/cell";
import { leaveProgram } from "../output/children";
import { interruption, slot } from "../wire/interrupt";
import { cellSignal } from "./cell-signal";
import { engineState } from "./engine-state";
import { createGate } from "./gate";
import { createNames } from "./names";

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

/** Timeouts in milliseconds. */
const timeout = {
  /** Until an interrupted cell must have ended by itself, its `finally` blocks included. */
  cleanUp: 150,
  /** For a loop in `catch` or `finally` that blocks the thread, and for one that awaits. */
  cleanUpAtOnce: 300,
  cleanUpLater: 10_000,
  /**
   * Until work that it left running must have reached the next turn of a loop. While the guard is up, tight loops are
   * slow.
   */
  leftWork: 60_000,
};

/** Parameters of a cell's function: the kernel's own, and in an outer function those that a cell may declare anew. */
const parameters = [
  ...[names.names, names.bind, names.import, names.importLater, names.meta, resultName],
  ...["exports", "require", "module", "__filename", "__dirname"],
];

/**
 * `flags` is the memory shared with the wire thread; local modules are found from `directory`; `special` are modules
 * that the kernel supplies. Call once a process.
 */
export function createExecutor(
  compiler: Compiler,
  flags: Int32Array,
  directory: string,
  special: Record<string, () => unknown> = {},
): Executor {
  const modules = createLoader(compiler.session, special);
  const file = path.join(directory, "cell.ts");
  const { exports, bind } = createNames();
  const gate = createGate(flags);
  const stopped = new Set<Cell>();
  let running: Cell | undefined;
  let endWait: (error: Error) => void = () => {};

  /** Where a cell's last value goes. */
  let result: { value?: unknown } = {};
  const module = Object.assign(new Module(file), { filename: file, exports });
  const own = modules.importsOf(file);
  const generated = {
    flags,
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
  };
  Object.defineProperty(globalThis, kernelGlobal, { value: generated });
  installPrelude();

  /**
   * Throws in the interrupted cell and in work that it left running, and nowhere else. A loop that cleans up after the
   * interrupt goes on for a while.
   */
  function check(kind: number = loopKind.work): void {
    const cell = cells.getStore();
    if (!cell) return;
    const { interruptedAt } = cell;
    notice(cell);
    if (!cell.interrupted) return;
    const time = kind === loopKind.work ? 0 : kind === loopKind.cleanUp ? timeout.cleanUpAtOnce : timeout.cleanUpLater;
    if (interruptedAt === undefined || performance.now() - interruptedAt >= time) throw interruption();
  }
  function notice(cell: Cell): void {
    if (Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted) stop(cell);
  }
  function stop(cell: Cell): void {
    cell.interrupted = true;
    cell.interruptedAt ??= performance.now();
    stopped.add(cell);
    Atomics.store(flags, slot.seen, cell.seq);
    cells.run(cell, () => cell.abort.abort(interruption()));
    setTimeout(() => settle(cell), timeout.leftWork).unref();
  }
  /** Lowers the guard, unless an interrupted cell may still have work running. */
  function settle(cell: Cell): void {
    stopped.delete(cell);
    Atomics.compareExchange(flags, slot.target, cell.seq, 0);
    if (stopped.size > 0) return;
    Atomics.store(flags, slot.guard, 0);
    if (Atomics.load(flags, slot.target) !== 0) Atomics.store(flags, slot.guard, 1); // an interrupt came in between
  }
  /**
   * The interrupt, if it caused `error` before the cell noticed it, for example by ending a program that the cell
   * waited for.
   */
  function causeOf(error: unknown, cell: Cell): unknown {
    return Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted ? interruption() : error;
  }
  /** Runs a cell up to its first await. The gate must be shut. */
  function start(javascript: string, usesAwait: boolean, cell: Cell): unknown {
    const head = `${kernelGlobal}.run((${parameters.join(", ")}) => ${usesAwait ? "async " : ""}function(){`;
    const restoreEngine = engineState();
    try {
      const script = new vm.Script(`${head}${javascript}\n})`, { filename: cell.file, columnOffset: -head.length });
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
  /** Resolves when the cell ends, rejects at its error or as soon as it is interrupted. */
  async function runCompiled(compiled: Compiled, cell: Cell): Promise<void> {
    let work: Promise<unknown> | undefined;
    try {
      modules.refresh();
      await gate.shut();
      const result = start(compiled.javascript, compiled.usesAwait, cell);
      if (compiled.usesAwait)
        work = (result as Promise<void>)
          .catch(error => Promise.reject(causeOf(error, cell)))
          .finally(() => settle(cell));
      if (work) await Promise.race([work, new Promise((_, reject) => (endWait = reject))]);
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
    signal: cell => cellSignal(cell, notice),
    async attend(cell, work) {
      running = cell;
      Atomics.store(flags, slot.running, cell.seq);
      try {
        return await Promise.race([work(), new Promise<never>((_, reject) => (endWait = reject))]);
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
        const compiled = compiler.compile(code, cell.file);
        await cells.run(cell, () => runCompiled(compiled, cell));
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
      setTimeout(() => end(interruption()), timeout.cleanUp);
    },
  };
}
