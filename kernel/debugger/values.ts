/** Values of the main thread as variables of the Debug Adapter Protocol. */
import type { Inspector } from "./inspector";

/** A variable as front ends show it. Without a `type`: JupyterLab would show that instead of the value. */
export interface Variable {
  name: string;
  value: string;
  /** Other than 0 if the variable has parts, which a `variables` request with this number gives. */
  variablesReference: number;
  evaluateName?: string;
}

/** A value as V8's debugger describes it. */
export interface RemoteObject {
  type: string;
  subtype?: string;
  className?: string;
  value?: unknown;
  unserializableValue?: string;
  description?: string;
  objectId?: string;
  preview?: { properties: { name: string; value?: string; type: string }[]; overflow: boolean };
}

/** A property of an object, or a variable of a scope. */
export interface Property {
  name: string;
  value?: RemoteObject;
  get?: RemoteObject;
}

/** Number of parts that are shown at once, unless the request asks for others. */
const pageSize = 200;
/** Longest text of a value in the table of variables. */
const longest = 1000;

const isList = ({ subtype }: RemoteObject): boolean => subtype === "array" || subtype === "typedarray";

function previewText(value: RemoteObject): string {
  const { properties, overflow } = value.preview!;
  const shown = properties.map(({ name, value: text = "", type }) => {
    const part = type === "string" ? JSON.stringify(text) : type === "function" ? "ƒ" : text;
    return isList(value) ? part : `${name}: ${part}`;
  });
  const parts = [...shown, ...(overflow ? ["…"] : [])].join(", ");
  if (isList(value)) return `${value.description} [${parts}]`;
  return value.className === "Object" ? `{${parts}}` : `${value.description} {${parts}}`;
}

/** One line of text for a value. */
export function textOf(value: RemoteObject): string {
  const { type, subtype, description } = value;
  if (type === "string") return JSON.stringify(value.value).slice(0, longest);
  if (type === "undefined" || subtype === "null") return subtype ?? type;
  if (type === "function") return /^class\b/.test(description ?? "") ? "class" : "function";
  if (value.preview && (isList(value) || !subtype)) return previewText(value).slice(0, longest);
  return (description ?? String(value.value)).split("\n")[0]!.slice(0, longest);
}

/** Values that front ends can look into, by number. */
export interface Values {
  /** `name` is the expression whose value it is, if there is one. */
  variable(name: string, value: RemoteObject, evaluateName?: string): Variable;
  /** A number for a list of variables that is made when it is asked for. */
  refer(list: () => Promise<Variable[]>): number;
  /** The variables behind a number; `start` and `count` choose entries of a list. */
  list(reference: number, start?: number, count?: number): Promise<Variable[]>;
  properties(objectId: string): Promise<Property[]>;
  /** Forgets all numbers. */
  clear(): void;
}

/** No values yet. */
export function createValues(inspector: () => Inspector): Values {
  const lists = new Map<number, (start?: number, count?: number) => Promise<Variable[]>>();
  let last = 0;

  async function properties(objectId: string): Promise<Property[]> {
    const options = { objectId, ownProperties: true, generatePreview: true };
    const { result, internalProperties = [] } = await inspector().send("Runtime.getProperties", options);
    const entries = internalProperties.filter(({ name }: Property) => name === "[[Entries]]");
    return [...result, ...entries];
  }
  /** The parts of an object. Of a list only a page is read: it may have millions of entries. */
  async function parts(object: RemoteObject, start = 0, count = pageSize): Promise<Variable[]> {
    if (!isList(object)) return (await properties(object.objectId!)).flatMap(property => partOf(property, 0));
    const { result } = await inspector().send("Runtime.callFunctionOn", {
      objectId: object.objectId,
      functionDeclaration: "function(from, to) { return Array.prototype.slice.call(this, from, to); }",
      arguments: [{ value: start }, { value: start + count }],
    });
    return (await properties(result.objectId)).flatMap(property => partOf(property, start)).slice(0, count);
  }
  function partOf({ name, value, get }: Property, offset: number): Variable[] {
    if (name === "__proto__") return [];
    const shown = offset > 0 && /^\d+$/.test(name) ? String(Number(name) + offset) : name;
    if (value) return [variable(shown, value)];
    return get?.type === "function" ? [{ name: shown, value: "(getter)", variablesReference: 0 }] : [];
  }
  function refer(list: (start?: number, count?: number) => Promise<Variable[]>): number {
    lists.set(++last, list);
    return last;
  }
  function variable(name: string, value: RemoteObject, evaluateName?: string): Variable {
    const hasParts = value.objectId !== undefined && value.type === "object";
    return {
      name,
      value: textOf(value),
      variablesReference: hasParts ? refer((start, count) => parts(value, start, count)) : 0,
      ...(evaluateName !== undefined && { evaluateName }),
    };
  }
  return {
    variable,
    refer,
    properties,
    list: async (reference, start, count) => (await lists.get(reference)?.(start, count)) ?? [],
    clear: () => lists.clear(),
  };
}
