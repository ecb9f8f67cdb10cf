/** The scripts of the main thread, and where in them the lines of TypeScript are. */
import { statementPosition } from "../language/positions";
import type { Inspector } from "./inspector";
import type { Sources } from "./sources";

/** A position in a script; both from 0. */
export interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}

/** A position at which a script can stop, and its line and column in TypeScript, from 1. */
export interface Place {
  location: Location;
  line: number;
  column: number;
  /** Whether it is the end of a function. */
  isReturn: boolean;
}

/** A script that is a cell or a local module. */
export interface Script {
  id: string;
  /** As in stack traces: `In[3]`, or the path of a module's JavaScript. */
  file: string;
  /** The path under which front ends know its source. */
  path: string;
}

/** All scripts that have a source. */
export interface Scripts {
  /** Takes the event `Debugger.scriptParsed`. Returns the script if it has a source and is new. */
  parsed(event: { scriptId: string; url: string }): Script | undefined;
  /** Resolves when the script of a cell is known. */
  known(file: string): Promise<Script>;
  get(id: string): Script | undefined;
  at(path: string): Script[];
  /** All scripts that are not cells. */
  modules(): Script[];
  places(script: Script): Promise<Place[]>;
  clear(): void;
  /** The position in TypeScript; undefined in generated code and in other scripts. */
  position(location: Location): { line: number; column: number } | undefined;
}

/** No scripts yet. */
export function createScripts(sources: Sources, inspector: () => Inspector): Scripts {
  const scripts = new Map<string, Script>();
  const places = new Map<string, Promise<Place[]>>();
  const waiting = new Map<string, (script: Script) => void>();
  /** The ids of scripts without a source: V8 may tell of a cell before the main thread does. */
  const others = new Map<string, string>();

  const position = (location: Location) => {
    const script = scripts.get(location.scriptId);
    const at = { line: location.lineNumber + 1, column: (location.columnNumber ?? 0) + 1 };
    return script && statementPosition(script.file, at);
  };
  async function find({ id }: Script): Promise<Place[]> {
    const start = { scriptId: id, lineNumber: 0, columnNumber: 0 };
    const { locations } = await inspector().send("Debugger.getPossibleBreakpoints", { start });
    return (locations as (Location & { type?: string })[]).flatMap(({ type, ...location }) => {
      const at = position(location);
      return at ? [{ location, ...at, isReturn: type === "return" }] : [];
    });
  }
  function add(id: string, file: string, path: string): Script {
    const script = { id, file, path };
    scripts.set(id, script);
    others.delete(file);
    return script;
  }
  const all = (): Script[] => [...scripts.values()];
  return {
    parsed({ scriptId, url }) {
      const path = scripts.has(scriptId) ? undefined : sources.pathOf(url);
      if (path === undefined) {
        others.set(url, scriptId);
        return undefined;
      }
      const script = add(scriptId, url, path);
      waiting.get(url)?.(script);
      waiting.delete(url);
      return script;
    },
    async known(file) {
      const known = all().find(script => script.file === file);
      if (known) return known;
      const id = others.get(file);
      if (id !== undefined) return add(id, file, sources.pathOf(file)!);
      return new Promise(resolve => waiting.set(file, resolve));
    },
    get: id => scripts.get(id),
    at: path => all().filter(script => script.path === path),
    modules: () => all().filter(script => !sources.isCell(script.path)),
    places(script) {
      if (!places.has(script.id)) places.set(script.id, find(script));
      return places.get(script.id)!;
    },
    clear() {
      for (const known of [scripts, places, waiting, others]) known.clear();
    },
    position,
  };
}
