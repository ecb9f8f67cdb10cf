/** Breakpoints in lines of TypeScript: kept for cells that have not run yet, and set in every script of a source. */
import type { Inspector } from "./inspector";
import type { Place, Script, Scripts } from "./scripts";
import type { Sources } from "./sources";

/** All breakpoints of one debugging session. */
export interface Breakpoints {
  /** Replaces those of a source. Returns the lines that were found for them, from 1. */
  set(path: string, lines: readonly number[]): Promise<number[]>;
  /** Sets those of its source in a new script. */
  apply(script: Script): Promise<void>;
  list(): { source: string; breakpoints: { line: number }[] }[];
  clear(): void;
}

/** The first place at or after a line, on the nearest such line. */
function placeFor(places: readonly Place[], line: number): Place | undefined {
  const after = places.filter(place => place.line >= line);
  const nearest = Math.min(...after.map(place => place.line));
  return after.find(place => place.line === nearest);
}

/** The first line at or after `line` with code on it, for a cell that has not run yet. */
function codeLine(text: string | undefined, line: number): number {
  const lines = text?.split("\n") ?? [];
  const found = lines.findIndex((code, i) => i >= line - 1 && /\S/.test(code) && !/^\s*\/\//.test(code));
  return found < 0 ? line : found + 1;
}

/** No breakpoints yet. */
export function createBreakpoints(sources: Sources, scripts: Scripts, inspector: () => Inspector): Breakpoints {
  const wanted = new Map<string, number[]>();
  const active = new Map<string, string[]>();

  let last: Promise<unknown> = Promise.resolve();

  /** Returns the line that each breakpoint got. One at a time: V8 refuses a second breakpoint in the same place. */
  function apply(script: Script): Promise<number[]> {
    const applied = last.then(() => applyNow(script));
    last = applied.catch(() => {});
    return applied;
  }
  async function applyNow(script: Script): Promise<number[]> {
    const lines = wanted.get(script.path) ?? [];
    const old = active.get(script.id) ?? [];
    await Promise.all(old.map(breakpointId => inspector().send("Debugger.removeBreakpoint", { breakpointId })));
    active.delete(script.id);
    if (lines.length === 0) return [];
    const places = await scripts.places(script);
    const found = lines.map(line => placeFor(places, line));
    const distinct = new Set(found.flatMap(place => place ?? []));
    const set = await Promise.all(
      [...distinct].map(({ location }) => inspector().send("Debugger.setBreakpoint", { location })),
    );
    active.set(
      script.id,
      set.map(({ breakpointId }) => breakpointId),
    );
    return found.map((place, i) => place?.line ?? lines[i]!);
  }
  return {
    async set(path, lines) {
      wanted.set(path, [...lines]);
      const found = await Promise.all(scripts.at(path).map(apply));
      const moved = found.at(-1) ?? lines.map(line => codeLine(sources.text(path), line));
      wanted.set(path, [...new Set(moved)]);
      if (moved.length === 0) wanted.delete(path);
      return moved;
    },
    apply: async script => void (await apply(script)),
    list: () => [...wanted].map(([source, lines]) => ({ source, breakpoints: lines.map(line => ({ line })) })),
    clear() {
      wanted.clear();
      active.clear();
    },
  };
}
