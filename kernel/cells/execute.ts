/** Runs compiled cells in this process's global scope and stops them when they are interrupted. */
import * as vm from "node:vm";
import { kernelGlobal } from "../language/cell-transform";
import type { Compiled, Compiler } from "../language/compile";
import { installPrelude } from "../language/prelude";
import { type Cell, cells } from "../output/cell";
import { leaveProgram } from "../output/children";
import { interruption, slot } from "../wire/interrupt";
import { cellSignal } from "./cell-signal";
import { engineState } from "./engine-state";
import { createGate } from "./gate";
import { createLocalModules } from "./local-modules";

export interface Executor {
  /** Runs a cell to its end; resolves to its value if its last statement is an expression that is not undefined. */
  run(code: string, cell: Cell): Promise<{ value?: unknown }>;
  /** Does more work of a cell that has run, say waits for what it shows; rejects as soon as the cell is interrupted. */
  attend<T>(cell: Cell, work: () => Promise<T>): Promise<T>;
  /** Aborts when the cell is interrupted, also while it blocks the thread. */
  signal(cell: Cell): AbortSignal;
  /** Throws in a cell that was interrupted. */
  check(): void;
  /** Ends the wait of the running cell, if it is the one numbered `seq`; loops of the cell end by their own check. */
  interrupt(seq?: number): void;
  /** Line (from 1) of the statement that the last cell was at; 0 if it never started. */
  line(): number;
}

/** Milliseconds. */
const patience = {
  /** For an interrupted cell to end by itself, after its own `finally` blocks. */
  cleanUp: 150,
  /** For work that it left running to come to a loop's next turn; while the guard is up, tight loops are slow. */
  leftWork: 60_000,
};

export function createExecutor(compiler: Compiler, flags: Int32Array, directory: string): Executor {
  const modules = createLocalModules(directory);
  const gate = createGate(flags);
  const stopped = new Set<Cell>();
  let running: Cell | undefined;
  let endWait: (error: Error) => void = () => {};

  const exports: Record<string, unknown> = {};
  const generated = {
    flags,
    line: 0,
    /** Calls a cell's function. */
    run: (cell: (exports: object, require: NodeJS.Require) => unknown): unknown =>
      gate.pass(() => cell(exports, modules.require)),
    /** Called by a loop while the guard is up. */
    check,
    define(target: Record<string, unknown>, name: string, property: PropertyDescriptor): void {
      if (name !== "__esModule") target[name] = property.get ? property.get() : property.value;
    },
  };
  Object.defineProperty(globalThis, kernelGlobal, { value: generated });
  installPrelude();

  /** Throws in the interrupted cell and in work that it left running, not elsewhere. */
  function check(): void {
    const cell = cells.getStore();
    if (!cell) return;
    notice(cell);
    if (cell.interrupted) throw interruption();
  }
  function notice(cell: Cell): void {
    if (Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted) stop(cell);
  }
  function stop(cell: Cell): void {
    cell.interrupted = true;
    stopped.add(cell);
    Atomics.store(flags, slot.seen, cell.seq);
    cells.run(cell, () => cell.abort.abort(interruption()));
    setTimeout(() => settle(cell), patience.leftWork).unref();
  }
  /** The guard stays up while an interrupted cell may still have work under way. */
  function settle(cell: Cell): void {
    stopped.delete(cell);
    Atomics.compareExchange(flags, slot.target, cell.seq, 0);
    if (stopped.size > 0) return;
    Atomics.store(flags, slot.guard, 0);
    if (Atomics.load(flags, slot.target) !== 0) Atomics.store(flags, slot.guard, 1); // the wire thread came in between
  }
  /** The interrupt, where it made `error` before the cell could notice: a program that the same signal ended. */
  function causeOf(error: unknown, cell: Cell): unknown {
    return Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted ? interruption() : error;
  }
  /** Runs a cell up to its first await; call while the gate is shut. */
  function start(javascript: string, usesAwait: boolean, cell: Cell): unknown {
    const head = `${kernelGlobal}.run(${usesAwait ? "async " : ""}function(exports, require){`;
    const restoreEngine = engineState();
    try {
      const script = new vm.Script(`${head}${javascript}\n})`, { filename: cell.file, columnOffset: -head.length });
      if (Atomics.load(flags, slot.target) === cell.seq) throw interruption(); // while it was compiled
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
      modules.update(compiled.modules);
      await gate.shut();
      const result = start(compiled.javascript, compiled.usesAwait, cell);
      if (compiled.usesAwait)
        work = (result as Promise<void>)
          .catch(error => Promise.reject(causeOf(error, cell)))
          .finally(() => settle(cell));
      if (work) await Promise.race([work, new Promise((_, reject) => (endWait = reject))]);
    } finally {
      if (!work) settle(cell);
      // Also after an error or an interrupt: what the cell had made by then can be used by the next one.
      compiler.keep(compiled);
    }
  }
  function takeValue(name: string | undefined): { value?: unknown } {
    if (name === undefined || exports[name] === undefined) return {};
    const value = exports[name];
    exports[name] = undefined; // not deleted: V8 makes objects slow from which properties are deleted
    return { value };
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
        return takeValue(compiled.lastExpression);
      } finally {
        Atomics.store(flags, slot.running, 0);
        running = undefined;
      }
    },
    interrupt(seq) {
      if (!running || (seq && seq !== running.seq)) return;
      stop(running);
      const end = endWait;
      setTimeout(() => end(interruption()), patience.cleanUp);
    },
  };
}
