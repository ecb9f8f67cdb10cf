/** Changes to a cell's JavaScript: interrupt checks in loops, the current line. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** The global through which generated code reaches the kernel. */
export const kernelGlobal = "__tokenwise";

type Transformer = typescript.TransformerFactory<typescript.SourceFile>;

const member = (name: string): typescript.Expression =>
  ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier(kernelGlobal), name);

/** What a loop does: the work of the cell, or cleaning up in `catch` or `finally`, at once or with awaits. */
export const loopKind = { work: 0, cleanUp: 1, awaitingCleanUp: 2 } as const;
type LoopKind = (typeof loopKind)[keyof typeof loopKind];

/** `if (__tokenwise.flags[0]) __tokenwise.check(kind);`: one read of shared memory per turn of a loop. */
const interruptCheck = (kind: LoopKind): typescript.Statement =>
  ts.factory.createIfStatement(
    ts.factory.createElementAccessExpression(member("flags"), 0),
    ts.factory.createExpressionStatement(
      ts.factory.createCallExpression(member("check"), undefined, [ts.factory.createNumericLiteral(kind)]),
    ),
  );

function guardLoop(node: typescript.Node, kind: LoopKind): typescript.Node {
  const f = ts.factory;
  const withCheck = (body: typescript.Statement): typescript.Block =>
    f.createBlock([interruptCheck(kind), ...(ts.isBlock(body) ? body.statements : [body])], true);
  if (ts.isForStatement(node))
    return f.updateForStatement(node, node.initializer, node.condition, node.incrementor, withCheck(node.statement));
  if (ts.isForOfStatement(node))
    return f.updateForOfStatement(
      node,
      node.awaitModifier,
      node.initializer,
      node.expression,
      withCheck(node.statement),
    );
  if (ts.isForInStatement(node))
    return f.updateForInStatement(node, node.initializer, node.expression, withCheck(node.statement));
  if (ts.isWhileStatement(node)) return f.updateWhileStatement(node, node.expression, withCheck(node.statement));
  if (ts.isDoStatement(node)) return f.updateDoStatement(node, withCheck(node.statement), node.expression);
  return node;
}

function awaitsIn(node: typescript.Node): boolean {
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  return !ts.isFunctionLike(node) && ts.forEachChild(node, child => awaitsIn(child) || undefined) === true;
}

/** Adds a check for interrupts to each turn of every loop. Those in `catch` and `finally` have time to clean up. */
export const guardLoops: Transformer = context => file => {
  const visitor = (cleansUp: boolean) => {
    const visit = (node: typescript.Node): typescript.Node => {
      if (ts.isFunctionLike(node) && cleansUp) return ts.visitEachChild(node, work, context);
      if (!ts.isTryStatement(node)) {
        const kind = cleansUp ? (awaitsIn(node) ? loopKind.awaitingCleanUp : loopKind.cleanUp) : loopKind.work;
        return guardLoop(ts.visitEachChild(node, visit, context), kind);
      }
      const caught = node.catchClause && ts.visitEachChild(node.catchClause, cleaning, context);
      const last = node.finallyBlock && ts.visitEachChild(node.finallyBlock, cleaning, context);
      return ts.factory.updateTryStatement(node, ts.visitEachChild(node.tryBlock, visit, context), caught, last);
    };
    return visit;
  };
  const [work, cleaning] = [visitor(false), visitor(true)];
  return ts.visitEachChild(file, work, context);
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
