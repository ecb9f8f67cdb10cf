/** A local module as the body of a CommonJS function, whatever it is written in. */
import * as path from "node:path";
import type * as typescript from "typescript";
import { awaits } from "../language/cell-body";
import { guardLoops } from "../language/cell-transform";
import { call, generated, identifier } from "../language/js-factory";
import { parseMap, remember, withoutMapLine } from "../language/positions";
import { ts } from "../language/typescript";

/** The `require` of import statements, in distinction to one that the module itself calls. */
export const importName = "__tokenwise_require";

/** A module ready to run. */
export interface ModuleBody {
  javascript: string;
  /** Whether it awaits outside functions. */
  usesAwait: boolean;
}

const inherited = [
  ...["jsx", "jsxFactory", "jsxFragmentFactory", "jsxImportSource", "reactNamespace"],
  ...["experimentalDecorators", "emitDecoratorMetadata", "useDefineForClassFields"],
];

/** `import(x)` and `import.meta` as the kernel's own functions. */
const ownImports: typescript.TransformerFactory<typescript.SourceFile> = context => file => {
  const visit = (node: typescript.Node): typescript.Node => {
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return identifier(generated.meta);
    const visited = ts.visitEachChild(node, visit, context);
    return ts.isCallExpression(visited) && visited.expression.kind === ts.SyntaxKind.ImportKeyword
      ? call(generated.importLater, visited.arguments[0]!)
      : visited;
  };
  return ts.visitEachChild(file, visit, context);
};

/** Renames the `require` that the compiler has written for imports: a module may declare the name itself. */
const ownRequire: typescript.TransformerFactory<typescript.SourceFile> = context => file => {
  const visit = (node: typescript.Node): typescript.Node =>
    ts.isIdentifier(node) && node.text === "require" && node.pos < 0
      ? identifier(importName)
      : ts.visitEachChild(node, visit, context);
  return ts.visitEachChild(file, visit, context);
};

/** The text of `file` as JavaScript. Its positions in stack traces are those of the text. */
export function moduleBody(file: string, text: string, options: typescript.CompilerOptions): ModuleBody {
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    fileName: file.replace(/\.[mc]([jt]s)$/, ".$1"), // by the others, the compiler would choose the kind of module
    compilerOptions: {
      ...Object.fromEntries(inherited.map(name => [name, options[name]])),
      target: options.target!,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      allowJs: true,
      sourceMap: true,
    },
    transformers: { before: [guardLoops, ownImports], after: [ownRequire] },
  });
  remember(file, { steps: [parseMap(sourceMapText!)], prefixLines: 0, source: text });
  const source = ts.createSourceFile(path.basename(file), text, ts.ScriptTarget.ESNext, true);
  return { javascript: withoutMapLine(outputText), usesAwait: awaits(source) };
}
