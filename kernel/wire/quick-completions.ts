/**
 * Completions without a compiler, for the seconds in which it still reads types: names in the notebook, globals,
 * members of global objects and of literals, and the exports of this package.
 */
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

interface Candidate {
  text: string;
  type: string;
}

const word = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
const keywords = (
  "async await break case catch class const continue default delete do else enum export extends finally for from " +
  "function if implements import in instanceof interface let namespace new of return satisfies switch this throw try " +
  "type typeof using var void while yield"
).split(" ");

/** The roots of this package's declarations, by what an import calls them. */
const packages: Record<string, string> = {
  tokenwise: "src/index",
  "tokenwise/experiments": "experiments/index",
  "tokenwise/kernel": "kernel/index",
};
const dist = path.join(__dirname, "../..");

/** Where the declarations of a module stand: `file` has no ending. */
const declarationsOf = (file: string): string | undefined =>
  [`${file}.d.ts`, path.join(file, "index.d.ts")].find(existsSync);

/** The names that a module of this package exports, and the modules behind those that are namespaces. */
function exportsOf(module: string): { candidates: Candidate[]; namespaces: Map<string, string> } {
  const file = declarationsOf(module);
  const text = file ? readFileSync(file, "utf8") : "";
  const from = (target: string): string => path.join(path.dirname(file!), target);
  const candidates: Candidate[] = [];
  const namespaces = new Map<string, string>();
  for (const [, name, target] of text.matchAll(/^export \* as ([\w$]+) from "(\.[^"]*)"/gm)) {
    candidates.push({ text: name!, type: "module" });
    namespaces.set(name!, from(target!));
  }
  for (const [, kind, names] of text.matchAll(/^export (type )?\{([^}]*)\}/gm))
    for (const entry of names!.split(",")) {
      const [, type, name] = /^\s*(type )?(?:[\w$]+ as )?([\w$]+)\s*$/.exec(entry) ?? [];
      if (name) candidates.push({ text: name, type: kind || type ? "type" : "" });
    }
  for (const [, type, name] of text.matchAll(
    /^export (?:declare )?(function|const|class|interface|type|enum) ([\w$]+)/gm,
  ))
    candidates.push({ text: name!, type: type! });
  for (const [, target] of text.matchAll(/^export \* from "(\.[^"]*)"/gm))
    candidates.push(...exportsOf(from(target!)).candidates);
  return { candidates, namespaces };
}

const isIdentifier = (text: string): boolean => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);

/** The names of an object's properties, inherited ones included. No getter is called. */
function membersOf(object: unknown): Candidate[] {
  const found: Candidate[] = [];
  for (let at = object; at !== null && at !== undefined; at = Object.getPrototypeOf(at))
    for (const [text, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Object(at))))
      if (isIdentifier(text) && !text.startsWith("__"))
        found.push({ text, type: typeof value === "function" ? "function" : "property" });
  return found;
}

/** The value of a path of names from the global object. No getters are called but those of globals like `process`. */
function globalAt([root, ...names]: readonly string[]): unknown {
  let at: unknown = (globalThis as Record<string, unknown>)[root!];
  for (const name of names) at = at == null ? undefined : Object.getOwnPropertyDescriptor(Object(at), name)?.value;
  return at;
}

/** A value of the kind that the initializer of a variable begins to show; undefined for any other. */
function kindOf(initializer: string): unknown {
  if (/^\[/.test(initializer)) return [];
  if (/^["'`]/.test(initializer)) return "";
  if (/^\d/.test(initializer)) return 0;
  const [, type] =
    /^new (Map|Set|Date|Error|URL|Uint8Array|Float32Array|Float64Array|Int32Array)\b/.exec(initializer) ?? [];
  return type && (globalAt([type, "prototype"]) as unknown);
}

const escaped = (name: string): string => name.replaceAll("$", "\\$");

/** Members behind `root.rest.`; empty if nothing is known. */
function membersAt(root: string, rest: readonly string[], code: string): Candidate[] {
  const [, id = root === "tw" ? "tokenwise" : ""] =
    new RegExp(`import\\s+\\*\\s+as\\s+${escaped(root)}\\s+from\\s+["']([^"']+)["']`).exec(code) ?? [];
  if (id in packages) {
    let module: string | undefined = path.join(dist, packages[id]!);
    for (const name of rest) module = module && exportsOf(module).namespaces.get(name);
    return module ? exportsOf(module).candidates : [];
  }
  const [, initializer] =
    new RegExp(`\\b(?:const|let|var)\\s+${escaped(root)}(?:\\s*:[^=]+)?\\s*=\\s*(\\S[^\\n]*)`).exec(code) ?? [];
  if (initializer !== undefined) return rest.length === 0 ? membersOf(kindOf(initializer)) : [];
  return membersOf(globalAt([root, ...rest]));
}

function candidatesFor(before: string, code: string, words: ReadonlySet<string>): Candidate[] {
  const [, target] = /^(.*?)\s*\??\.\s*[\p{ID_Continue}$]*$/su.exec(before) ?? [];
  if (target !== undefined) {
    const [chain] = /[\p{ID_Continue}$]+(?:\s*\??\.\s*[\p{ID_Continue}$]+)*$/u.exec(target) ?? [];
    if (chain && !/^\d/.test(chain)) {
      const [root, ...rest] = chain.split(/\s*\??\.\s*/);
      return membersAt(root!, rest, code);
    }
    if (/["'`]$/.test(target)) return membersOf("");
    return /\]$/.test(target) ? membersOf([]) : [];
  }
  const names = [...words, ...(code.match(word) ?? []), ...keywords, "tw"].map(text => ({ text, type: "" }));
  return [...names, ...membersOf(globalThis)];
}

/**
 * Content of complete_reply for `code` with the cursor after `cursor` code points. `words` are the names in earlier
 * cells.
 */
export function quickCompletions(code: string, cursor: number, words: ReadonlySet<string>): object {
  const before = Array.from(code).slice(0, cursor).join("");
  const [start] = /[\p{ID_Continue}$]*$/u.exec(before)!;
  const rest = code.slice(before.length);
  const found = new Map(
    candidatesFor(before, before.slice(0, before.length - start.length) + rest, words)
      .filter(({ text }) => text.startsWith(start) && text !== start)
      .map(candidate => [candidate.text, candidate]),
  );
  const matches = [...found.keys()].sort();
  const cursor_start = cursor - Array.from(start).length;
  const types = matches.map(text => ({ ...found.get(text), start: cursor_start, end: cursor }));
  return {
    status: "ok",
    matches,
    cursor_start,
    cursor_end: cursor,
    metadata: { _jupyter_types_experimental: types, tokenwise: { partial: true } },
  };
}

/** The names in a cell's code. */
export const namesIn = (code: string): string[] => code.match(word) ?? [];
