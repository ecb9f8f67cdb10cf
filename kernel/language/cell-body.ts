/**
 * From the ES module that the compiler emits for a cell to the body of a function. The names of all cells are
 * properties of one object: those that a cell declares are stored there, those of earlier cells are read from there.
 */
import type * as typescript from "typescript";
import { importedNames, importsOf } from "./imports";
import { call, generated, identifier, named, shared, statement, store, text, thunk } from "./js-factory";
import { referenceVisitor } from "./references";
import { namesIn, topNames } from "./scopes";
import { ts } from "./typescript";

/** What the transformation of a cell finds. */
export interface CellBody {
  /** The names of values that the cell declares or imports. */
  names: string[];
  usesAwait: boolean;
}

const f = ts.factory;

/** The pattern of a declaration as the target of an assignment. */
function asTarget(name: typescript.BindingName): typescript.Expression {
  if (ts.isIdentifier(name)) return ts.setTextRange(shared(name.text), name);
  const withDefault = ({ name, initializer }: typescript.BindingElement): typescript.Expression =>
    initializer ? f.createAssignment(asTarget(name), initializer) : asTarget(name);
  if (ts.isArrayBindingPattern(name)) {
    const elements = name.elements.map(element => {
      if (ts.isOmittedExpression(element)) return element;
      return element.dotDotDotToken ? f.createSpreadElement(asTarget(element.name)) : withDefault(element);
    });
    return f.createArrayLiteralExpression(elements);
  }
  const properties = name.elements.map(element => {
    if (element.dotDotDotToken) return f.createSpreadAssignment(asTarget(element.name));
    const key = element.propertyName ?? identifier((element.name as typescript.Identifier).text);
    return f.createPropertyAssignment(key, withDefault(element));
  });
  return f.createObjectLiteralExpression(properties);
}

/** Whether there is an `await` outside functions. */
export function awaits(node: typescript.Node): boolean {
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  if (ts.isClassStaticBlockDeclaration(node)) return false;
  return !ts.isFunctionLike(node) && ts.forEachChild(node, child => awaits(child) || undefined) === true;
}

/** The names in the lists `export { … }` of a file. */
const exportedBy = (file: typescript.SourceFile): Set<string> => {
  const lists = file.statements.filter(ts.isExportDeclaration).filter(({ moduleSpecifier }) => !moduleSpecifier);
  const named = lists.map(({ exportClause }) => exportClause).filter(clause => clause && ts.isNamedExports(clause));
  return new Set(named.flatMap(clause => (clause as typescript.NamedExports).elements.map(({ name }) => name.text)));
};

/**
 * Turns the ES module of a cell into the statements of its function. `earlier` are the values of earlier cells; `found`
 * is told what the cell declares.
 */
export const cellBody =
  (
    earlier: ReadonlySet<string>,
    found: (body: CellBody) => void,
  ): typescript.TransformerFactory<typescript.SourceFile> =>
  context =>
  file => {
    const original = ts.getOriginalNode(file) as typescript.SourceFile;
    const top = topNames(original);
    const imports = importsOf(original);
    const exported = exportedBy(original);
    const isAssignable = (node: typescript.Statement): node is typescript.VariableStatement =>
      ts.isVariableStatement(node) &&
      (node.declarationList.flags & ts.NodeFlags.BlockScoped & ~ts.NodeFlags.Let) === 0 &&
      node.declarationList.declarations.every(({ name }) => namesIn(name).every(one => exported.has(one)));
    const declaredIn = (node: typescript.Node): string[] => {
      if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => namesIn(name));
      const named = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) ? node.name : undefined;
      return named ? [named.text] : [];
    };
    /** Variables: all that may be assigned are properties only. */
    const variables = new Set(original.statements.filter(isAssignable).flatMap(declaredIn));

    const visit = referenceVisitor(context, original, name => {
      const imported = imports.values.get(name);
      if (imported) return imported();
      return variables.has(name) || (earlier.has(name) && !top.has(name)) ? shared(name) : undefined;
    });
    /** `names.a = 0, { b: names.b } = o;` for `let a = 0, { b } = o;`. */
    function assignments(node: typescript.VariableStatement): typescript.Statement[] {
      const isVar = (node.declarationList.flags & ts.NodeFlags.Let) === 0;
      return node.declarationList.declarations.flatMap(({ name, initializer }) => {
        if (!initializer && isVar) return [];
        const value = initializer ? (ts.visitNode(initializer, visit) as typescript.Expression) : f.createVoidZero();
        const pattern = asTarget(name);
        const target = ts.isIdentifier(name) ? pattern : (ts.visitNode(pattern, visit) as typescript.Expression);
        const assigned = f.createAssignment(target, ts.isIdentifier(name) ? named(name.text, value) : value);
        const whole = ts.isIdentifier(name) ? assigned : f.createParenthesizedExpression(assigned);
        return [ts.setTextRange(statement(whole), node)];
      });
    }
    const exportedIn = (nodes: readonly typescript.Statement[]): string[] =>
      nodes.flatMap(declaredIn).filter(name => exported.has(name));
    const functions = exportedIn(original.statements.filter(ts.isFunctionDeclaration));
    const others = exportedIn(original.statements.filter(node => !ts.isFunctionDeclaration(node)));
    const bind = (node: typescript.Node): typescript.Statement[] =>
      ts.isImportDeclaration(node)
        ? importedNames(node)
            .filter(name => exported.has(name))
            .map(name => statement(call(generated.bind, text(name), thunk(imports.values.get(name)!()))))
        : [];
    const body = file.statements.flatMap((node): typescript.Statement[] => {
      const written = ts.getOriginalNode(node);
      const imported = imports.statements.get(written);
      if (imported) return [...imported, ...bind(written)];
      if (ts.isExportDeclaration(node)) return [];
      if (isAssignable(node)) return assignments(node);
      const own = ts.isFunctionDeclaration(node) ? [] : exportedIn([node]);
      return [visit(node) as typescript.Statement, ...own.map(name => store(name, identifier(name)))];
    });
    const imported = [...imports.values.keys()].filter(name => exported.has(name));
    found({
      names: [...new Set([...others, ...functions, ...imported])],
      usesAwait: imports.statements.size > 0 || original.statements.some(awaits),
    });
    // A name that is declared again has no value until it gets one.
    const cleared = others.map(name => store(name, f.createVoidZero()));
    const hoisted = functions.map(name => store(name, identifier(name)));
    const result = f.updateSourceFile(file, [...cleared, ...hoisted, ...body]);
    (result as { externalModuleIndicator?: unknown }).externalModuleIndicator = undefined; // no `export {}` at its end
    return result;
  };
