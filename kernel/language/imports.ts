/** The imports of an ES module as constants, and what its imported names stand for. */
import type * as typescript from "typescript";
import { call, constant, generated, identifier, member, statement, text } from "./js-factory";
import { ts } from "./typescript";

/** The imports of a file. */
export interface Imports {
  /** The statements in place of each import: `const module0 = __tokenwise_import("m") ?? await …;`. */
  statements: Map<typescript.Node, typescript.Statement[]>;
  /** The expression of each imported name, as long as its module may change it: `module0.a`. */
  values: Map<string, () => typescript.Expression>;
}

/** How the generated code gets a module: as it is, with a default export, or as a namespace. */
type Kind = "default" | "*" | undefined;

/** `__tokenwise_import("m") ?? await __tokenwise_import_later("m")`: some modules can only be waited for. */
function loaded(specifier: typescript.Expression, kind: Kind): typescript.Expression {
  const given = [specifier, ...(kind ? [text(kind)] : [])];
  const f = ts.factory;
  const now = ts.setTextRange(call(generated.import, ...given), specifier.parent);
  const later = f.createAwaitExpression(call(generated.importLater, ...given));
  return f.createBinaryExpression(now, ts.SyntaxKind.QuestionQuestionToken, later);
}

/** What an import declares, by the kind of module that it needs. */
function bindingsOf(clause: typescript.ImportClause | undefined) {
  const bindings = clause?.namedBindings;
  const elements = bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
  const isDefault = ({ propertyName }: typescript.ImportSpecifier): boolean => propertyName?.text === "default";
  return {
    defaults: [...(clause?.name ? [clause.name] : []), ...elements.filter(isDefault).map(({ name }) => name)],
    namespace: bindings && ts.isNamespaceImport(bindings) ? bindings.name : undefined,
    named: elements.filter(element => !isDefault(element)),
  };
}

/** The names that an import declares. */
export function importedNames({ importClause }: typescript.ImportDeclaration): string[] {
  const { defaults, namespace, named } = bindingsOf(importClause);
  return [...defaults, ...(namespace ? [namespace] : []), ...named.map(({ name }) => name)].map(({ text }) => text);
}

/** The imports of `file`; `export … from` counts as an import without names. */
export function importsOf(file: typescript.SourceFile): Imports {
  const values: Imports["values"] = new Map();
  let count = 0;
  function statementsOf(specifier: typescript.Expression, clause?: typescript.ImportClause): typescript.Statement[] {
    const { defaults, namespace, named } = bindingsOf(clause);
    const load = (kind: Kind, use: (module: string) => void): typescript.Statement => {
      const module = `__tokenwise_module${count++}`;
      use(module);
      return constant(module, loaded(specifier, kind));
    };
    const statements: typescript.Statement[] = [];
    if (defaults.length > 0)
      statements.push(
        load("default", module => {
          for (const name of defaults) values.set(name.text, () => member(module, "default"));
        }),
      );
    if (namespace) statements.push(load("*", module => values.set(namespace.text, () => identifier(module))));
    if (named.length > 0)
      statements.push(
        load(undefined, module => {
          for (const { name, propertyName = name } of named)
            values.set(name.text, () =>
              ts.isIdentifier(propertyName)
                ? member(module, propertyName.text)
                : ts.factory.createElementAccessExpression(identifier(module), text(propertyName.text)),
            );
        }),
      );
    return statements.length > 0 ? statements : [statement(loaded(specifier, undefined))];
  }
  const statements: Imports["statements"] = new Map();
  for (const node of file.statements) {
    if (ts.isImportDeclaration(node)) statements.set(node, statementsOf(node.moduleSpecifier, node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      statements.set(node, statementsOf(node.moduleSpecifier));
  }
  return { statements, values };
}
