/** Keeps the value of a cell's last expression. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** The variable of the generated code whose property `value` gets the last expression. */
export const resultName = "__tokenwise_result";

/** Turns the last statement of a cell, if it is an expression, into `__tokenwise_result.value = expression`. */
export const keepLastValue: typescript.TransformerFactory<typescript.SourceFile> = () => file => {
  const f = ts.factory;
  const isNothing = (statement: typescript.Statement): boolean =>
    ts.isExportDeclaration(statement) || ts.isEmptyStatement(statement);
  const at = file.statements.map(isNothing).lastIndexOf(false);
  const last = file.statements[at];
  if (!last || !ts.isExpressionStatement(last)) return file;
  const target = f.createPropertyAccessExpression(f.createIdentifier(resultName), "value");
  const kept = f.updateExpressionStatement(last, f.createAssignment(target, last.expression));
  return f.updateSourceFile(file, [...file.statements.slice(0, at), kept, ...file.statements.slice(at + 1)]);
};
