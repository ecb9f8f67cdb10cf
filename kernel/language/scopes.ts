/** Which declaration a name in JavaScript means. The compiler's binder stores the names of each scope in its node. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

const localsOf = (node: typescript.Node): Map<typescript.__String, unknown> | undefined =>
  (node as { locals?: Map<typescript.__String, unknown> }).locals;

function declares(scope: typescript.Node, name: string): boolean {
  if (localsOf(scope)?.has(ts.escapeLeadingUnderscores(name))) return true;
  if (ts.isFunctionExpression(scope) || ts.isClassExpression(scope)) return scope.name?.text === name;
  return name === "arguments" && ts.isFunctionLike(scope) && !ts.isArrowFunction(scope);
}

/** Whether a scope around `node`, below that of the file, declares `name`. */
export function isDeclaredAround(node: typescript.Node, name: string): boolean {
  for (let scope = node.parent; scope && !ts.isSourceFile(scope); scope = scope.parent)
    if (declares(scope, name)) return true;
  return false;
}

/** Names of the binder's own begin with two underscores (`__global`); it puts a third before those of the user. */
const isUsers = (name: typescript.__String): boolean => !/^(__[^_]|["'])/.test(name as string);

/** The names that a file declares at its top. */
export const topNames = (file: typescript.SourceFile): ReadonlySet<string> =>
  new Set([...(localsOf(file)?.keys() ?? [])].filter(isUsers).map(ts.unescapeLeadingUnderscores));

/** The same of a file that the compiler has only parsed. */
export function boundNames(file: typescript.SourceFile): string[] {
  const { bindSourceFile } = ts as unknown as { bindSourceFile(file: typescript.SourceFile, options: object): void };
  bindSourceFile(file, {});
  return [...topNames(file)];
}

/** Whether an identifier stands for a value, and is neither a declared name nor that of a property or a label. */
export function isReference(node: typescript.Identifier): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.objectAssignmentInitializer === node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  return !(
    ts.isFunctionLike(parent) ||
    ts.isClassLike(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isNamespaceExport(parent) ||
    ts.isImportAttribute(parent)
  )
    ? true
    : ts.isArrowFunction(parent) && parent.body === node;
}

/** The names in a declared name: one, or those of a pattern. */
export const namesIn = (name: typescript.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
