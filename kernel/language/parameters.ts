/** The cell that papermill puts after the one tagged `parameters`: `let mode = "slow";`. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

const injected = /^\/\/ Parameters\n(let \w+ = .*;?\n*)+$/;

const typesIn = (declarations: string): Map<string, string> => {
  const file = ts.createSourceFile("cell.ts", declarations, ts.ScriptTarget.ESNext, true);
  const variables = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }): readonly typescript.VariableDeclaration[] => declarationList.declarations);
  return new Map(variables.flatMap(({ name, type }) => (type ? [[name.getText(file), type.getText(file)]] : [])));
};

/**
 * The cell with the types that its names have in the `declarations` of earlier cells, so that a parameter of type
 * `"fast" | "slow"` stays one; undefined for any other cell.
 */
export function withKnownTypes(source: string, declarations: string): string | undefined {
  if (!injected.test(source)) return undefined;
  const types = typesIn(declarations);
  return source.replace(/^let (\w+) = /gm, (whole, name: string) => {
    const type = types.get(name);
    return type === undefined ? whole : `let ${name}: ${type.replace(/\s+/g, " ")} = `;
  });
}
