/** The declarations of earlier cells, which the compiler has written. */
import type * as typescript from "typescript";
import { cellModule } from "./cell-files";
import { ts } from "./typescript";

const parse = (text: string, kind = ts.ScriptKind.TS): typescript.SourceFile =>
  ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true, kind);

/**
 * Declarations of namespaces, and of what is global, in `before`, those of earlier cells, except the ones that this
 * cell, which declares `names`, declares again. tslab itself drops them.
 */
export function keptNamespaces(before: string, names: readonly string[]): string {
  if (!/\b(namespace|module|global)\b/.test(before)) return "";
  const file = parse(before);
  const kept = file.statements.filter(
    statement => ts.isModuleDeclaration(statement) && !names.includes(statement.name.text),
  );
  return kept.map(statement => `${statement.getText(file)}\n`).join("");
}

/** What a statement declares as a type; "class" has a value of the same name, too. */
function typeIn(node: typescript.Statement): { name: string; kind: "type" | "class" } | undefined {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return { name: node.name.text, kind: "type" };
  if (ts.isEnumDeclaration(node)) return { name: node.name.text, kind: "class" };
  return ts.isClassDeclaration(node) && node.name ? { name: node.name.text, kind: "class" } : undefined;
}

/**
 * The declarations `before`, in which types that the cell `text` declares again are those of the cell; undefined if
 * there are none.
 */
export function withRenewedTypes(before: string, text: string, jsx: boolean): string | undefined {
  if (before === "" || !/\b(interface|type|class|enum)\b/.test(text)) return undefined;
  const cell = parse(text, jsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const renewed = new Map(cell.statements.flatMap(node => typeIn(node) ?? []).map(({ name, kind }) => [name, kind]));
  if (renewed.size === 0) return undefined;
  const file = parse(before);
  const dropped = file.statements.filter(node => {
    const old = typeIn(node);
    const now = old && renewed.get(old.name);
    return now !== undefined && (old!.kind === "type" || now === "class");
  });
  if (dropped.length === 0) return undefined;
  const names = new Set(dropped.map(node => typeIn(node)!.name));
  const kept = file.statements.filter(node => !dropped.includes(node)).map(node => node.getText(file));
  return `import { ${[...names].join(", ")} } from "./${cellModule(jsx)}";\n${kept.join("\n")}\n`;
}
