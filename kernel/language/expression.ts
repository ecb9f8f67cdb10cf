/** Expressions that are evaluated in the debugger, which knows no types and no imports. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** Whether an identifier is the name of a value that is read or written, and not of a property or declaration. */
function isReference(node: typescript.Identifier): boolean {
  const { parent } = node;
  if (!parent) return true;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name !== node;
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)) return parent.name !== node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  return !ts.isFunctionLike(parent) || ts.isArrowFunction(parent);
}

function isDeclaredAround(node: typescript.Node, name: string): boolean {
  for (let scope = node.parent; scope; scope = scope.parent)
    if ((scope as { locals?: Map<string, unknown> }).locals?.has(name)) return true;
  return false;
}

/** The JavaScript of `code`, in which each of `names` is a property of `object`, unless the code declares it itself. */
export function expressionToJavaScript(code: string, names: readonly string[], object: string): string {
  const known = new Set(names);
  const qualify: typescript.TransformerFactory<typescript.SourceFile> = context => file => {
    const f = ts.factory;
    const property = (name: string) => f.createPropertyAccessExpression(f.createIdentifier(object), name);
    const isNotebooks = (node: typescript.Identifier) => known.has(node.text) && !isDeclaredAround(node, node.text);
    const visit = (node: typescript.Node): typescript.Node => {
      if (ts.isShorthandPropertyAssignment(node) && isNotebooks(node.name))
        return f.createPropertyAssignment(node.name.text, property(node.name.text));
      if (ts.isIdentifier(node) && isReference(node) && isNotebooks(node)) return property(node.text);
      return ts.isTypeNode(node) ? node : ts.visitEachChild(node, visit, context);
    };
    return ts.visitEachChild(file, visit, context);
  };
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, alwaysStrict: false },
    transformers: { before: [qualify] },
  });
  return outputText.trim();
}
