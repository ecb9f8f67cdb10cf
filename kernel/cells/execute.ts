/** Runs compiled cells in this process's global scope and stops them when they are interrupted. */
import { inspect } from "node:util";
import * as vm from "node:vm";
import type { Compiled } from "../language/compile";
import { kernelGlobal } from "../language/kernel-global";
import { installPrelude } from "../language/prelude";
import { type Cell, cells } from "../output/cell";
import { leaveProgram } from "../output/children";
import { toBundle } from "../values/mime";
import type { MimeBundle } from "../values/mime-bundle";
import { interruption, slot } from "../wire/interrupt";
import { cellSignal } from "./cell-signal";
import { engineState } from "./engine-state";
import { createGate } from "./gate";
import { createLocalModules } from "./local-modules";

/** The part of the compiler that runs of cells need; another thread may do the work. */
export interface CellCompiler {
  compile(code: string, file: string): Compiled | Promise<Compiled>;
  /** Makes the names of a cell known to later ones. */
  keep(compiled: Compiled): void;
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

/** Timeouts in milliseconds. */
const timeout = {
  /** Until an interrupted cell must have ended by itself, its `finally` blocks included. */
  cleanUp: 150,
  /** For a loop in a `catch` or `finally` that an interrupt has already reached; a second interrupt ends it at once. */
  cleanUpLoop: 5000,
  /**
   * Until work that it left running must have reached the next turn of a loop. While the guard is up, tight loops are
   * slow.
   */
  leftWork: 60_000,
};

/**
 * `flags` is the memory shared with the wire thread; local modules are found from `directory`. `announce` is called
 * with the name and the code of each cell, which then waits for it. Call once a process.
 */
export function createExecutor(
  compiler: CellCompiler,
  flags: Int32Array,
  directory: string,
  announce: (file: string, code: string) => Promise<void> = async () => {},
): Executor {
  const modules = createLocalModules(directory);
  const gate = createGate(flags);
  const stopped = new Set<Cell>();
  /** When loops of a cell last threw, and how many interrupts there had been by then. */
  const thrown = new WeakMap<Cell, { interrupts: number; time: number }>();
  let running: Cell | undefined;
  let endWait: (error: Error) => void = () => {};

  const exports: Record<string, unknown> = {};
  const generated = {
    flags,
    /** The values of the notebook's names. */
    exports,
    /** For the debugger: how a value is shown. A bundle that takes its time is text unless `wait` is true. */
    bundle(value: unknown, wait: boolean): MimeBundle | Promise<MimeBundle> {
      const bundle = toBundle(value);
      return wait || !(bundle instanceof Promise) ? bundle : { data: { "text/plain": inspect(value) }, metadata: {} };
    },
    line: 0,
    /** Calls a cell's function. */
    run: (cell: (exports: object, require: NodeJS.Require) => unknown): unknown =>
      gate.pass(() => cell(exports, modules.require)),
    /** Called by a loop while the guard is up. */
    check,
    /** Called by a loop in `catch` or `finally`. */
    checkCleanUp(): void {
      const cell = cells.getStore();
      const last = cell && thrown.get(cell);
      const isNew = !last || Atomics.load(flags, slot.interrupts) > last.interrupts;
      if (isNew || performance.now() - last.time > timeout.cleanUpLoop) check();
    },
    define(target: Record<string, unknown>, name: string, property: PropertyDescriptor): void {
      if (name !== "__esModule") target[name] = property.get ? property.get() : property.value;
    },
  };
  Object.defineProperty(globalThis, kernelGlobal, { value: generated });
  installPrelude();

  /** Throws in the interrupted cell and in work that it left running, and nowhere else. */
  function check(): void {
    const cell = cells.getStore();
    if (!cell) return;
    notice(cell);
    if (!cell.interrupted) return;
    thrown.set(cell, { interrupts: Atomics.load(flags, slot.interrupts), time: performance.now() });
    throw interruption();
  }
  function notice(cell: Cell): void {
    if (Atomics.load(flags, slot.target) === cell.seq && !cell.interrupted) stop(cell);
  }
  function stop(cell: Cell): void {
    cell.interrupted = true;
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
  function scriptOf({ javascript, usesAwait }: Compiled, file: string): vm.Script {
    const head = `${kernelGlobal}.run(${usesAwait ? "async " : ""}function(exports, require){`;
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
      modules.update(compiled.modules);
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
  function takeValue(name: string | undefined): { value?: unknown } {
    if (name === undefined || exports[name] === undefined) return {};
    const value = exports[name];
    exports[name] = undefined; // not deleted, which would make `exports` slow in V8
    return { value };
  }
  return {
    check,
    signal: cell => cellSignal(cell, notice),
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
        const compiled = await unlessInterrupted(compiler.compile(code, cell.file));
        await cells.run(cell, () => runCompiled(compiled, code, cell));
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
      setTimeout(() => end(interruption()), timeout.cleanUp);
    },
  };
}
