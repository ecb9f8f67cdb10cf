/** References to names of other cells, and to imports, in a cell's JavaScript. */
import type * as typescript from "typescript";
import { call, generated, identifier } from "./js-factory";
import { isDeclaredAround, isReference } from "./scopes";
import { ts } from "./typescript";

const f = ts.factory;

/**
 * A visitor that puts the meaning of each name in its place. `meaningOf` gives it for the names that no inner scope
 * declares: undefined for those that mean what they say. It also replaces `import()` and `import.meta`.
 */
export function referenceVisitor(
  context: typescript.TransformationContext,
  file: typescript.SourceFile,
  meaningOf: (name: string) => typescript.Expression | undefined,
): (node: typescript.Node) => typescript.Node {
  const meaningAt = (name: string, node: typescript.Node): typescript.Expression | undefined =>
    isDeclaredAround(ts.getOriginalNode(node), name) ? undefined : meaningOf(name);
  const replaced = (node: typescript.Identifier): typescript.Expression | undefined => {
    const value = isReference(ts.getOriginalNode(node) as typescript.Identifier) && meaningAt(node.text, node);
    return value ? ts.setTextRange(value, node) : undefined;
  };
  const expression = (node: typescript.Expression): typescript.Expression =>
    ts.visitNode(node, visit) as typescript.Expression;
  /** `(0, names.f)`: a function that is called by its name has no `this`. */
  function callee(node: typescript.Expression): typescript.Expression {
    const value = ts.isIdentifier(node) ? replaced(node) : undefined;
    if (!value || ts.isIdentifier(value)) return value ?? expression(node);
    const plain = f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), value));
    const start = ts.getOriginalNode(node).getStart(file);
    return ts.setSourceMapRange(plain, { pos: start, end: start }); // the position of the call in stack traces
  }
  function called(node: typescript.CallExpression): typescript.Expression {
    const given = ts.visitNodes(node.arguments, visit) as typescript.NodeArray<typescript.Expression>;
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return call(generated.importLater, given[0]!);
    const chain = node.questionDotToken;
    return chain
      ? f.updateCallChain(node as typescript.CallChain, callee(node.expression), chain, undefined, given)
      : f.updateCallExpression(node, callee(node.expression), undefined, given);
  }
  /** `{ name }` as `{ name: meaning }`, and `{ name = 1 }` of a pattern as `{ name: meaning = 1 }`. */
  function shorthand(node: typescript.ShorthandPropertyAssignment): typescript.Node {
    const value = meaningAt(node.name.text, node);
    if (!value) return ts.visitEachChild(node, visit, context);
    const fallback = node.objectAssignmentInitializer;
    const whole = fallback ? f.createAssignment(value, expression(fallback)) : value;
    return ts.setTextRange(f.createPropertyAssignment(node.name, whole), node);
  }
  function visit(node: typescript.Node): typescript.Node {
    if (ts.isIdentifier(node)) return replaced(node) ?? node;
    if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
    if (ts.isCallExpression(node)) return called(node);
    if (ts.isTaggedTemplateExpression(node)) {
      const template = ts.visitNode(node.template, visit) as typescript.TemplateLiteral;
      return f.updateTaggedTemplateExpression(node, callee(node.tag), undefined, template);
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(identifier(generated.meta), node);
    return ts.visitEachChild(node, visit, context);
  }
  return visit;
}
