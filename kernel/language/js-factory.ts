/** Pieces of generated JavaScript. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

const f = ts.factory;

/** Names in generated code, which no user chooses. */
export const generated = {
  /** The object whose properties are the names of all cells. */
  names: "__tokenwise_names",
  /** `(specifier, "default" | "*")`: a module, with a default export or as a whole if asked for. */
  import: "__tokenwise_import",
  /** The same as a promise. */
  importLater: "__tokenwise_import_later",
  /** Stores an imported name: `(name, () => value)`. */
  bind: "__tokenwise_bind",
  meta: "__tokenwise_meta",
} as const;

export const identifier = (name: string): typescript.Identifier => f.createIdentifier(name);
export const text = (value: string): typescript.StringLiteral => f.createStringLiteral(value);
export const call = (name: string, ...given: typescript.Expression[]): typescript.CallExpression =>
  f.createCallExpression(identifier(name), undefined, given);
export const statement = (expression: typescript.Expression): typescript.Statement =>
  f.createExpressionStatement(expression);
/** `object.name`. */
export const member = (object: string, name: string): typescript.PropertyAccessExpression =>
  f.createPropertyAccessExpression(identifier(object), name);
/** The property that a cell's name is. */
export const shared = (name: string): typescript.PropertyAccessExpression => member(generated.names, name);
/** `names.name = value;` */
export const store = (name: string, value: typescript.Expression): typescript.Statement =>
  statement(f.createAssignment(shared(name), value));
/** `const name = value;` */
export const constant = (name: string, value: typescript.Expression): typescript.Statement =>
  f.createVariableStatement(
    undefined,
    f.createVariableDeclarationList(
      [f.createVariableDeclaration(name, undefined, undefined, value)],
      ts.NodeFlags.Const,
    ),
  );
/** `() => value` */
export const thunk = (value: typescript.Expression): typescript.Expression =>
  f.createArrowFunction(undefined, undefined, [], undefined, undefined, value);

const isNameless = (value: typescript.Expression): boolean =>
  (ts.isArrowFunction(value) || ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name;

/** `{ name: value }.name` for a function without a name, which an assignment to a property would leave nameless. */
export function named(name: string, value: typescript.Expression): typescript.Expression {
  if (!isNameless(value)) return value;
  const holder = f.createObjectLiteralExpression([f.createPropertyAssignment(name, value)]);
  return f.createPropertyAccessExpression(f.createParenthesizedExpression(holder), name);
}
