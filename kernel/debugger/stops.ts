/** Where the main thread has stopped, and how it goes on. */
import { type CallFrame, type Frame, framesOf } from "./frames";
import type { Inspector } from "./inspector";
import type { Scripts } from "./scripts";

/** The ways to go on. */
type Move = "Debugger.resume" | "Debugger.pause" | "Debugger.stepOver" | "Debugger.stepInto" | "Debugger.stepOut";

/** The stops of the main thread. */
export interface Stops {
  /** Takes the event `Debugger.paused`: tells the front end of it, or moves on to a line of TypeScript. */
  paused(event: { callFrames: CallFrame[]; reason: string; hitBreakpoints?: string[] }): Promise<void>;
  /** The frames in cells and local modules, the innermost first; empty while the main thread runs. */
  frames(): Frame[];
  /** Goes on, or, for `pause`, stops at the next statement. */
  go(move: Move): Promise<object>;
  /** Goes on without another stop in this cell. */
  release(): void;
  clear(): void;
}

/** What stops are connected to. */
export interface StopsActions {
  inspector(): Inspector;
  scripts: Scripts;
  isInterrupted(): boolean;
  stopped(reason: string): void;
  continued(): void;
}

/** A main thread that runs. */
export function createStops({ inspector, scripts, isInterrupted, stopped, continued }: StopsActions): Stops {
  let frames: Frame[] = [];
  /** The step that has not yet ended, and the frame where it began. */
  let step: { move: Move; from?: Frame } | undefined;
  let lastId = 0;
  const send = (move: Move): Promise<unknown> => inspector().send(move);

  /** The end of a function on the line where the step began shows nothing new. */
  async function isSameStatement({ call, script, line }: Frame): Promise<boolean> {
    const from = step?.from;
    if (!from || from.script !== script || from.line !== line) return false;
    const { lineNumber, columnNumber } = call.location;
    return (await scripts.places(script)).some(
      ({ location, isReturn }) =>
        isReturn && location.lineNumber === lineNumber && location.columnNumber === columnNumber,
    );
  }
  /** The move that leads on from code that nobody wrote or that is not the user's; undefined if this is a stop. */
  async function moveOn(calls: readonly CallFrame[], reason: string): Promise<Move | undefined> {
    if (isInterrupted()) return "Debugger.resume";
    const [top] = calls;
    if (scripts.position(top!.location)) {
      const [frame] = framesOf([top!], scripts, () => 0);
      return step && (await isSameStatement(frame!)) ? step.move : undefined;
    }
    if (reason === "exception") return "Debugger.resume"; // inside a library, which may catch it
    if (scripts.get(top!.location.scriptId))
      return step?.move === "Debugger.stepInto" ? "Debugger.stepInto" : "Debugger.stepOver";
    return calls.some(({ location }) => scripts.position(location)) ? "Debugger.stepOut" : "Debugger.resume";
  }
  const reasonOf = (reason: string, hits: readonly string[]): string => {
    if (hits.length > 0) return "breakpoint";
    if (reason === "exception") return "exception";
    return step ? (step.move === "Debugger.pause" ? "pause" : "step") : "breakpoint";
  };
  return {
    frames: () => frames,
    async paused({ callFrames, reason, hitBreakpoints = [] }) {
      const move = await moveOn(callFrames, reason);
      if (move) {
        if (move === "Debugger.resume") step = undefined;
        else step ??= { move };
        await send(move).catch(() => {}); // another request was faster
        return;
      }
      frames = framesOf(callFrames, scripts, () => ++lastId);
      const why = reasonOf(reason, hitBreakpoints);
      step = undefined;
      stopped(why);
    },
    async go(move) {
      if (move === "Debugger.pause") {
        if (frames.length > 0) return {};
        step = { move };
        await send(move);
        return {};
      }
      if (frames.length === 0) return {};
      step = move === "Debugger.resume" ? undefined : { move, from: frames[0]! };
      frames = [];
      continued();
      await send(move);
      return {};
    },
    release() {
      step = undefined;
      if (frames.length === 0) return;
      frames = [];
      continued();
      void send("Debugger.resume").catch(() => {});
    },
    clear() {
      if (frames.length > 0) continued();
      frames = [];
      step = undefined;
    },
  };
}
