/**
 * Changes to a cell's text: to its TypeScript before it is compiled, and to its ES module text before that becomes
 * CommonJS.
 */
import { decodedMappings, TraceMap } from "@jridgewell/trace-mapping";
import type * as typescript from "typescript";
import { ts } from "./tslab-compiler";

const parse = (text: string): typescript.SourceFile =>
  ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true);

/**
 * The TypeScript with blanks in place of its `export` modifiers and `export { … }` lists. A cell exports all its names
 * anyway, and code that is pasted from a module should run unchanged.
 */
export function withoutExports(source: string): string {
  if (!source.includes("export")) return source;
  const file = parse(source);
  let text = source;
  const blank = (from: number, to: number): void => {
    text = text.slice(0, from) + text.slice(from, to).replace(/[^\n]/g, " ") + text.slice(to);
  };
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier) blank(statement.getStart(file), statement.end);
    else if (ts.isExportAssignment(statement) && !statement.isExportEquals)
      blank(statement.getStart(file), statement.expression.getStart(file));
    else if (ts.canHaveModifiers(statement))
      for (const modifier of ts.getModifiers(statement) ?? [])
        if (modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword)
          blank(modifier.getStart(file), modifier.end);
  }
  return text;
}

/** A text in which variables are exported where they are declared. */
export interface SharedVariables {
  text: string;
  /** All exports of the cell. */
  names: string[];
  /** Where `export ` was inserted; lines and columns from 0. */
  inserted: { line: number; column: number }[];
}

const word = "export ";

/**
 * The ES module text with `export let x = 0;` for `let x = 0; … export { x }`. Then functions of its own cell use the
 * property x of `exports`, too, as later cells do, so all of them see each other's assignments.
 */
export function sharedVariables(text: string): SharedVariables {
  const file = parse(text);
  const lists = file.statements.filter(isExportList);
  const elements = lists.flatMap(({ exportClause }) => [...exportClause.elements]);
  const exported = new Set(elements.map(({ name }) => name.text));
  const shared = file.statements.filter(
    (statement): statement is typescript.VariableStatement =>
      ts.isVariableStatement(statement) &&
      !statement.modifiers &&
      (statement.declarationList.flags & ts.NodeFlags.Const) === 0 &&
      namesOf(statement).every(name => exported.has(name)),
  );
  const own = new Set(shared.flatMap(namesOf));
  const edits = shared.map(statement => ({ from: statement.getStart(file), to: statement.getStart(file), put: word }));
  for (const list of lists) {
    const others = list.exportClause.elements.filter(({ name }) => !own.has(name.text));
    const put = `export { ${others.map(element => element.getText(file)).join(", ")} };`;
    edits.push({ from: list.getStart(file), to: list.end, put });
  }
  return {
    text: edits
      .sort((a, b) => b.from - a.from)
      .reduce((text, { from, to, put }) => text.slice(0, from) + put + text.slice(to), text),
    names: [...exported],
    inserted: shared.map(statement => {
      const { line, character: column } = ts.getLineAndCharacterOfPosition(file, statement.getStart(file));
      return { line, column };
    }),
  };
}

type ExportList = typescript.ExportDeclaration & { exportClause: typescript.NamedExports };

const isExportList = (node: typescript.Statement): node is ExportList =>
  ts.isExportDeclaration(node) && !node.moduleSpecifier && !!node.exportClause && ts.isNamedExports(node.exportClause);

/** The names that a statement declares, those in patterns included. */
function namesOf({ declarationList }: typescript.VariableStatement): string[] {
  const names = (name: typescript.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : names(element.name)));
  return declarationList.declarations.flatMap(({ name }) => names(name));
}

/** The source map of a text after `export ` was inserted. */
export function withInserted(map: TraceMap, inserted: SharedVariables["inserted"]): TraceMap {
  if (inserted.length === 0) return map;
  const mappings = decodedMappings(map).map(segments => [...segments]);
  for (const { line, column } of inserted)
    mappings[line] =
      mappings[line]?.map(([at, ...rest]) => [at < column ? at : at + word.length, ...rest] as any) ?? [];
  const { names, sources } = map;
  return new TraceMap({ version: 3, names, sources, mappings });
}

/**
 * Declarations of namespaces in `before`, those of earlier cells, except the ones that this cell, which exports
 * `names`, declares again. tslab itself drops them.
 */
export function keptNamespaces(before: string, names: readonly string[]): string {
  if (!before.includes("namespace")) return "";
  const file = parse(before);
  const kept = file.statements.filter(
    statement => ts.isModuleDeclaration(statement) && !names.includes(statement.name.text),
  );
  return kept.map(statement => `${statement.getText(file)}\n`).join("");
}
