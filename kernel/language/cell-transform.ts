/** Changes to a cell's JavaScript: interrupt checks in loops, the current line, assignable exports. */
import type * as typescript from "typescript";
import { kernelGlobal } from "./kernel-global";
import { ts } from "./tslab-compiler";

type Transformer = typescript.TransformerFactory<typescript.SourceFile>;

const member = (name: string): typescript.Expression =>
  ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier(kernelGlobal), name);

/** `if (__tokenwise.flags[0]) __tokenwise.check();`: one read of shared memory per turn of a loop. */
const interruptCheck = (check: Check): typescript.Statement =>
  ts.factory.createIfStatement(
    ts.factory.createElementAccessExpression(member("flags"), 0),
    ts.factory.createExpressionStatement(ts.factory.createCallExpression(member(check), undefined, [])),
  );

/** The kernel's functions for loops, and for those that may be cleaning up. */
type Check = "check" | "checkCleanUp";

function withCheck(body: typescript.Statement, check: Check): typescript.Block {
  const statements = ts.isBlock(body) ? body.statements : [body];
  return ts.factory.createBlock([interruptCheck(check), ...statements], true);
}

function guardLoop(node: typescript.Node, check: Check): typescript.Node {
  const f = ts.factory;
  const guarded = (statement: typescript.Statement) => withCheck(statement, check);
  if (ts.isForStatement(node))
    return f.updateForStatement(node, node.initializer, node.condition, node.incrementor, guarded(node.statement));
  if (ts.isForOfStatement(node))
    return f.updateForOfStatement(node, node.awaitModifier, node.initializer, node.expression, guarded(node.statement));
  if (ts.isForInStatement(node))
    return f.updateForInStatement(node, node.initializer, node.expression, guarded(node.statement));
  if (ts.isWhileStatement(node)) return f.updateWhileStatement(node, node.expression, guarded(node.statement));
  if (ts.isDoStatement(node)) return f.updateDoStatement(node, guarded(node.statement), node.expression);
  return node;
}

/**
 * Adds a check for interrupts to each turn of every loop. Loops in `catch` and `finally` get another one: there an
 * interrupt that has already ended the `try` must let the clean-up run to its end.
 */
export const guardLoops: Transformer = context => file => {
  const visitor = (check: Check) => {
    const visit = (node: typescript.Node): typescript.Node => {
      if (!ts.isTryStatement(node)) return guardLoop(ts.visitEachChild(node, visit, context), check);
      return ts.factory.updateTryStatement(
        node,
        ts.visitEachChild(node.tryBlock, visit, context),
        node.catchClause && ts.visitEachChild(node.catchClause, cleaningUp, context),
        node.finallyBlock && ts.visitEachChild(node.finallyBlock, cleaningUp, context),
      );
    };
    return visit;
  };
  const cleaningUp = visitor("checkCleanUp");
  return ts.visitEachChild(file, visitor("check"), context);
};

const runs = (statement: typescript.Statement): boolean =>
  !ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement) && !ts.isExportDeclaration(statement);

/**
 * Stores the line before each statement outside functions (`__tokenwise.line = 3;`). So even an error without a stack
 * frame in the cell, such as a rejected file read or a thrown string, has a line. `lineOf(line, column)`, both from 0,
 * is the line of the cell, from 1.
 */
export const markLines =
  (lineOf: (line: number, column: number) => number | undefined): Transformer =>
  context =>
  file => {
    const mark = (statement: typescript.Statement): typescript.Statement[] => {
      const at = ts.getLineAndCharacterOfPosition(file, statement.getStart(file));
      const line = runs(statement) ? lineOf(at.line, at.character) : undefined;
      if (line === undefined) return [];
      const assignment = ts.factory.createAssignment(member("line"), ts.factory.createNumericLiteral(line));
      return [ts.factory.createExpressionStatement(assignment)];
    };
    const markAll = (statements: readonly typescript.Statement[]): typescript.Statement[] =>
      statements.flatMap(statement => [...mark(statement), visit(statement) as typescript.Statement]);
    const visit = (node: typescript.Node): typescript.Node => {
      if (ts.isFunctionLike(node) || ts.isClassLike(node)) return node;
      if (ts.isBlock(node)) return ts.factory.updateBlock(node, markAll(node.statements));
      return ts.visitEachChild(node, visit, context);
    };
    return ts.factory.updateSourceFile(file, markAll(file.statements));
  };

/** Whether a node declares a name: the compiler's binder stores the names on it. */
const declares = (node: typescript.Node, name: string): boolean =>
  (node as { locals?: Map<string, unknown> }).locals?.has(name) === true;

function isDeclaredAround(node: typescript.Node, name: string): boolean {
  for (let scope = node.parent; scope; scope = scope.parent) if (declares(scope, name)) return true;
  return false;
}

/**
 * tslab turns a variable of an earlier cell into a property of `exports`, but not in `{ name }`. This turns `{ name }`
 * into `{ name: "name" in exports ? exports.name : name }`, unless the cell itself declares the name.
 */
export const qualifyShorthand: Transformer = context => file => {
  const f = ts.factory;
  const visit = (node: typescript.Node): typescript.Node => {
    if (!ts.isShorthandPropertyAssignment(node) || isDeclaredAround(node, node.name.text))
      return ts.visitEachChild(node, visit, context);
    const name = node.name.text;
    const known = f.createBinaryExpression(
      f.createStringLiteral(name),
      ts.SyntaxKind.InKeyword,
      f.createIdentifier("exports"),
    );
    const earlier = f.createPropertyAccessExpression(f.createIdentifier("exports"), name);
    const value = f.createConditionalExpression(known, undefined, earlier, undefined, f.createIdentifier(name));
    return f.createPropertyAssignment(name, value);
  };
  return ts.visitEachChild(file, visit, context);
};

const isDefineExport = (node: typescript.Node): node is typescript.CallExpression =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  ts.isIdentifier(node.expression.expression) &&
  node.expression.expression.text === "Object" &&
  node.expression.name.text === "defineProperty" &&
  node.arguments[0] !== undefined &&
  ts.isIdentifier(node.arguments[0]) &&
  node.arguments[0].text === "exports";

/**
 * A later cell may import or declare a name again, so imports must stay assignable: `Object.defineProperty(exports, …)`
 * becomes `__tokenwise.define(exports, …)`. (A Proxy around exports would do, too, but make each top-level assignment
 * 800 times slower.)
 */
export const plainExports: Transformer = context => file => {
  const visit = (node: typescript.Node): typescript.Node =>
    isDefineExport(node)
      ? ts.factory.updateCallExpression(node, member("define"), undefined, node.arguments)
      : ts.visitEachChild(node, visit, context);
  return ts.visitEachChild(file, visit, context);
};
