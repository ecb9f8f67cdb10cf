/** What the compiler's language service shows when a name is inspected, for a file of a program. */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** Parts of the compiler that its published types lack. */
interface Inspecting {
  getTouchingPropertyName(file: typescript.SourceFile, position: number): typescript.Node;
  getContainerNode(node: typescript.Node): typescript.Node | undefined;
  typeToDisplayParts(
    checker: typescript.TypeChecker,
    type: typescript.Type,
    enclosing?: typescript.Node,
  ): typescript.SymbolDisplayPart[];
  SymbolDisplay: {
    getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker: typescript.TypeChecker,
      symbol: typescript.Symbol,
      file: typescript.SourceFile,
      enclosing: typescript.Node | undefined,
      location: typescript.Node,
    ): { symbolKind: string } & Pick<typescript.QuickInfo, "displayParts" | "documentation" | "tags">;
  };
}

const compiler = ts as unknown as Inspecting;

const hasType = (node: typescript.Node): boolean =>
  ts.isIdentifier(node) ||
  ts.isPrivateIdentifier(node) ||
  node.kind === ts.SyntaxKind.ThisKeyword ||
  node.kind === ts.SyntaxKind.SuperKeyword ||
  ts.isMetaProperty(node);

/** The type and the docs of the name at `position`; undefined where there is none. */
export function quickInfo(
  file: typescript.SourceFile,
  checker: typescript.TypeChecker,
  _cancellation: unknown,
  position: number,
): typescript.QuickInfo | undefined {
  const node = compiler.getTouchingPropertyName(file, position);
  if (node.kind === ts.SyntaxKind.SourceFile) return undefined;
  const symbol = checker.getSymbolAtLocation(node);
  const textSpan = ts.createTextSpanFromBounds(node.getStart(file), node.end);
  const enclosing = compiler.getContainerNode(node);
  const found = { kind: ts.ScriptElementKind.unknown, kindModifiers: "", textSpan };
  if (symbol && !(checker as unknown as { isUnknownSymbol(s: typescript.Symbol): boolean }).isUnknownSymbol(symbol)) {
    const { displayParts, documentation, tags, symbolKind } =
      compiler.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(checker, symbol, file, enclosing, node);
    return { ...found, kind: symbolKind as typescript.ScriptElementKind, displayParts, documentation, tags };
  }
  if (!hasType(node)) return undefined;
  return { ...found, displayParts: compiler.typeToDisplayParts(checker, checker.getTypeAtLocation(node), enclosing) };
}
