/** Changes to a cell's TypeScript before it is compiled. */
import type * as typescript from "typescript";
import { boundNames } from "./scopes";
import { ts } from "./typescript";

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

/** The TypeScript followed by a list that exports all names that it declares at its top. */
export function withExportList(source: string, jsx: boolean): string {
  const kind = jsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const text = `export {};\n${source}`; // makes it a module
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true, kind);
  const names = boundNames(file);
  return names.length > 0 ? `${source}\nexport { ${names.join(", ")} };` : source;
}
