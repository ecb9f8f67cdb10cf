/**
 * Types that are local to a function of a cell, for the declarations that later cells see: an interface of its own,
 * with the public members, stands in for each.
 */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** Stand-ins of one program. */
export interface LocalTypes {
  /** The type with the names of its stand-ins, or `any` where one cannot be made. */
  renamed(type: typescript.TypeNode, hidden: ReadonlySet<typescript.Symbol>): typescript.TypeNode;
  /** Their declarations. */
  declarations(): string[];
}

const hiddenMembers = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

const isPublic = (member: typescript.Symbol): boolean =>
  !member.name.startsWith("__#") &&
  !(member.declarations ?? []).some(node => ts.getCombinedModifierFlags(node) & hiddenMembers);

/** `next` gives each stand-in a number of its own. */
export function createLocalTypes(checker: typescript.TypeChecker, next: () => number): LocalTypes {
  const names = new Map<typescript.Symbol, string>();
  const declared: string[] = [];
  const printer = ts.createPrinter({ removeComments: true });
  const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.AllowNodeModulesRelativePaths;

  /** Whether members say all about a type: it has no parameters and can be neither called nor indexed. */
  function isPlain(symbol: typescript.Symbol, type: typescript.InterfaceType): boolean {
    const isNamed = (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) !== 0;
    const parameters = [...(type.typeParameters ?? []), ...(type.outerTypeParameters ?? [])];
    const calls = [...type.getCallSignatures(), ...type.getConstructSignatures()];
    return isNamed && parameters.length === 0 && calls.length === 0 && checker.getIndexInfosOfType(type).length === 0;
  }
  function standIn(symbol: typescript.Symbol): string | undefined {
    const known = names.get(symbol);
    if (known) return known;
    const [declaration] = symbol.declarations ?? [];
    const type = checker.getDeclaredTypeOfSymbol(symbol) as typescript.InterfaceType;
    if (!declaration || !isPlain(symbol, type)) return undefined;
    const name = `${symbol.name}$${next()}`;
    names.set(symbol, name);
    const file = declaration.getSourceFile();
    const members = checker
      .getPropertiesOfType(type)
      .filter(isPublic)
      .map(member => {
        const node = checker.typeToTypeNode(checker.getTypeOfSymbolAtLocation(member, declaration), file, flags);
        const text = node && printer.printNode(ts.EmitHint.Unspecified, rename(node), file);
        const mark = member.flags & ts.SymbolFlags.Optional ? "?" : "";
        return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(member.name) ? `  ${member.name}${mark}: ${text};\n` : "";
      });
    declared.push(`declare interface ${name} {\n${members.join("")}}\n`);
    return name;
  }
  /** Local types inside local ones are found by their place: within a function. */
  const isLocal = (symbol: typescript.Symbol): boolean => {
    const [declaration] = symbol.declarations ?? [];
    return declaration !== undefined && !!ts.findAncestor(declaration.parent, ts.isFunctionLike);
  };
  function rename(type: typescript.TypeNode, hidden?: ReadonlySet<typescript.Symbol>): typescript.TypeNode {
    const visit = (node: typescript.Node): typescript.Node => {
      const name = ts.isTypeReferenceNode(node) ? node.typeName : undefined;
      const symbol = name && (name as { symbol?: typescript.Symbol }).symbol;
      const isHidden =
        symbol &&
        (hidden ? hidden.has(symbol) : (symbol.flags & ts.SymbolFlags.TypeParameter) === 0 && isLocal(symbol));
      if (!isHidden) return ts.visitEachChild(node, visit, undefined);
      const own = standIn(symbol);
      return own ? ts.factory.createTypeReferenceNode(own) : ts.factory.createKeywordTypeNode(ts.SyntaxKind.AnyKeyword);
    };
    return ts.visitNode(type, visit) as typescript.TypeNode;
  }
  return {
    renamed(type, hidden) {
      const names = new Set([...hidden].map(({ name }) => name));
      const result = rename(type, hidden);
      // A name that has stayed, such as that of `typeof local`, would mean something else in later cells.
      const stays = (node: typescript.Node): boolean =>
        (ts.isIdentifier(node) && hidden.has((node as { symbol?: typescript.Symbol }).symbol!)) ||
        (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) && names.has(node.typeName.text)) ||
        ts.forEachChild(node, child => stays(child) || undefined) === true;
      return stays(result) ? ts.factory.createKeywordTypeNode(ts.SyntaxKind.AnyKeyword) : result;
    },
    declarations: () => declared.splice(0),
  };
}
