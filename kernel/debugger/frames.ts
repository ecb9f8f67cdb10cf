/** The call stack and the variables of a thread that has stopped, with the names of the TypeScript. */
import { sourceOf } from "../language/positions";
import type { Inspector } from "./inspector";
import type { Location, Script, Scripts } from "./scripts";
import type { Property, Values, Variable } from "./values";

/** A call frame as V8's debugger describes it. */
export interface CallFrame {
  callFrameId: string;
  functionName: string;
  functionLocation?: Location;
  location: Location;
  scopeChain: { type: string; object: { objectId: string } }[];
}

/** A frame in a cell or local module. */
export interface Frame {
  id: number;
  call: CallFrame;
  script: Script;
  line: number;
  column: number;
}

/** The global under which the main thread keeps the names of all cells. */
export const notebookNames = "__tokenwise.names";

/** Imported names are getters, which throw if their module has not been loaded. */
const copyOfNames = `Object.fromEntries(Object.keys(${notebookNames}).flatMap(name => {
  try { return [[name, ${notebookNames}[name]]]; } catch { return []; }
}))`;

/** Names of a cell's function that no user wrote, also where a cell happens to use the word. */
const generated = /^(exports|require|arguments|this|__.*)$/;

/** Whether a frame is in the function that a cell is compiled to, not in one of the cell's own functions. */
export const isTopLevel = ({ functionName, functionLocation }: CallFrame): boolean =>
  functionName === "" && functionLocation?.lineNumber === 0;

/** The frames of a stack that are in cells and local modules, the innermost first. */
export function framesOf(calls: readonly CallFrame[], scripts: Scripts, nextId: () => number): Frame[] {
  return calls.flatMap(call => {
    const script = scripts.get(call.location.scriptId);
    const at = scripts.position(call.location);
    return script && at ? [{ id: nextId(), call, script, ...at }] : [];
  });
}

/** A frame of the Debug Adapter Protocol. */
export const describeFrame = ({ id, call, script, line, column }: Frame): object => ({
  id,
  name: isTopLevel(call) ? script.file : call.functionName || "(anonymous)",
  source: { name: script.file, path: script.path, sourceReference: 0 },
  line,
  column,
});

const words = (text: string): Set<string> => new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));

/** Reads the variables of frames. */
export interface FrameVariables {
  /** The scopes of a frame, with the numbers of their variables. */
  scopes(frame: Frame): object[];
  /** The names of the variables that a frame's code can see without those of the notebook. */
  localNames(frame: Frame): Promise<Set<string>>;
  /** The names that cells have declared, with their values now. */
  notebook(): Promise<Variable[]>;
}

/** `values` numbers what has parts. */
export function createFrameVariables(values: Values, inspector: () => Inspector): FrameVariables {
  const asVariables = (properties: readonly Property[]): Variable[] =>
    properties.flatMap(({ name, value }) => (value ? [values.variable(name, value, name)] : []));

  async function notebookProperties(): Promise<Property[]> {
    const { result } = await inspector().send("Runtime.evaluate", { expression: copyOfNames });
    const properties = result.objectId ? await values.properties(result.objectId) : [];
    return properties.filter(({ name }) => !generated.test(name));
  }
  /** The variables of the frame's scopes of these types, inner ones first; those with a value only. */
  async function scopeProperties({ call, script }: Frame, inner: boolean): Promise<Property[]> {
    const { scopeChain } = call;
    const end = scopeChain.findIndex(({ type }) => type === "local" || type === "module") + 1;
    const outer = scopeChain.slice(end).filter(({ type }) => ["closure", "block", "catch"].includes(type));
    const found = new Map<string, Property>();
    for (const { object } of inner ? scopeChain.slice(0, end) : outer)
      for (const property of await values.properties(object.objectId))
        if (property.value && !found.has(property.name)) found.set(property.name, property);
    const written = words(sourceOf(script.file) ?? "");
    return [...found.values()].filter(({ name }) => !generated.test(name) && written.has(name));
  }
  /** The names that the cell of a frame declares for all cells: some of its variables exist as such only. */
  async function declaredNames({ script }: Frame): Promise<Set<string>> {
    const { scriptSource } = await inspector().send("Debugger.getScriptSource", { scriptId: script.id });
    const cleared = /^__tokenwise_names\.([\p{ID_Continue}$]+) = void 0;$/gmu;
    return new Set(Array.from((scriptSource as string).matchAll(cleared), ([, name]) => name!));
  }
  async function locals(frame: Frame): Promise<Property[]> {
    const inScopes = await scopeProperties(frame, true);
    if (!isTopLevel(frame.call)) return inScopes;
    const own = await declaredNames(frame);
    const shown = new Set(inScopes.map(({ name }) => name));
    const others = (await notebookProperties()).filter(({ name }) => own.has(name) && !shown.has(name));
    return [...inScopes, ...others];
  }
  return {
    scopes(frame) {
      const scope = (name: string, list: () => Promise<Property[]>): object => ({
        name,
        variablesReference: values.refer(async () => asVariables(await list())),
        expensive: false,
      });
      const hasOuter = frame.call.scopeChain.some(({ type }) => type === "closure");
      return [
        scope("Locals", () => locals(frame)),
        ...(hasOuter ? [scope("Closure", () => scopeProperties(frame, false))] : []),
        scope("Globals", notebookProperties),
      ];
    },
    async localNames(frame) {
      const found = await Promise.all([scopeProperties(frame, true), scopeProperties(frame, false)]);
      return new Set(found.flat().map(({ name }) => name));
    },
    notebook: async () => asVariables(await notebookProperties()),
  };
}
