/**
 * Options of the compiler for cells: strict, with the syntax and the types of the Node that runs. A `tsconfig.json` in
 * the notebook's folder or above changes them.
 */
import * as path from "node:path";
import type * as typescript from "typescript";
import { ts } from "./typescript";

/**
 * Parts of the standard library after ES2023, each with a test whether this Node has them. (Decorators and `using` are
 * compiled.)
 */
const optionalLibraries: Record<string, () => boolean> = {
  "es2024.arraybuffer": () => "resizable" in ArrayBuffer.prototype,
  "es2024.collection": () => "groupBy" in Map,
  "es2024.object": () => "groupBy" in Object,
  "es2024.promise": () => "withResolvers" in Promise,
  "es2024.regexp": () => true,
  "es2024.sharedmemory": () => "waitAsync" in Atomics,
  "es2024.string": () => "isWellFormed" in String.prototype,
  "esnext.array": () => "fromAsync" in Array,
  "esnext.collection": () => "union" in Set.prototype,
  "esnext.decorators": () => true,
  "esnext.disposable": () => true,
  "esnext.error": () => "isError" in Error,
  "esnext.float16": () => "Float16Array" in globalThis,
  "esnext.intl": () => "DurationFormat" in Intl,
  "esnext.iterator": () => "Iterator" in globalThis,
  "esnext.promise": () => "try" in Promise,
};

const libraries = (): string[] => [
  "lib.es2023.d.ts",
  ...Object.keys(optionalLibraries)
    .filter(name => optionalLibraries[name]!())
    .map(name => `lib.${name}.d.ts`),
];

/**
 * Options that a `tsconfig.json` may set for cells. Others would change what is written and where, or report things
 * that are normal in a notebook, such as unused names.
 */
const adjustable = [
  ...["strict", "alwaysStrict", "noImplicitAny", "noImplicitThis", "strictBindCallApply", "strictFunctionTypes"],
  ...["strictNullChecks", "strictPropertyInitialization", "strictBuiltinIteratorReturn", "useUnknownInCatchVariables"],
  ...["exactOptionalPropertyTypes", "noUncheckedIndexedAccess", "noImplicitOverride", "noImplicitReturns"],
  ...["noPropertyAccessFromIndexSignature", "noFallthroughCasesInSwitch", "allowUnreachableCode", "allowUnusedLabels"],
  ...["paths", "baseUrl", "pathsBasePath", "rootDirs", "customConditions", "types", "lib", "moduleSuffixes"],
  ...["checkJs", "jsx", "jsxFactory", "jsxFragmentFactory", "jsxImportSource", "reactNamespace"],
  ...["experimentalDecorators", "emitDecoratorMetadata", "useDefineForClassFields"],
];

const own = path.join(__dirname, "../../..");

/** The adjustable options of the nearest `tsconfig.json` at or above `directory`. */
function configured(directory: string): typescript.CompilerOptions {
  const file = ts.findConfigFile(directory, ts.sys.fileExists);
  if (!file || file === path.join(own, "tsconfig.json").replaceAll("\\", "/")) return {}; // ours is for our build
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const files = { ...ts.sys, readDirectory: () => [] }; // which files it includes does not matter here
  const { options } = ts.parseJsonConfigFileContent(config ?? {}, files, path.dirname(file), undefined, file);
  return Object.fromEntries(adjustable.filter(name => options[name] !== undefined).map(name => [name, options[name]]));
}

/**
 * The folders `node_modules/@types` at and above `directory`. The types of Node are those of the nearest, or else this
 * package's.
 */
function typeRoots(directory: string): string[] {
  const roots: string[] = [];
  for (let from = directory; ; from = path.dirname(from)) {
    roots.push(path.join(from, "node_modules/@types"));
    if (from === path.dirname(from)) break;
  }
  const hasNode = roots.some(root => ts.sys.fileExists(path.join(root, "node/package.json")));
  return hasNode ? roots : [...roots, path.dirname(path.dirname(require.resolve("@types/node/package.json")))];
}

/** The compiler's options for the cells of notebooks in `directory`. TOKENWISE_STRICT=0 makes them not strict. */
export function compilerOptions(directory: string): typescript.CompilerOptions {
  const near = configured(directory);
  return {
    strict: !/^(0|false|no|off)$/i.test(process.env.TOKENWISE_STRICT ?? ""),
    jsx: ts.JsxEmit.React,
    ...near,
    lib: [...new Set([...libraries(), ...(near.lib ?? [])])], // "DOM", for example
    alwaysStrict: false, // it would only add "use strict"
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    esModuleInterop: true,
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    allowArbitraryExtensions: true,
    allowUmdGlobalAccess: true,
    allowJs: true,
    skipLibCheck: true,
    typeRoots: typeRoots(directory),
    declaration: true,
    inlineSourceMap: true,
    newLine: ts.NewLineKind.LineFeed,
    outDir: "outDir",
    suppressOutputPathCheck: true, // both files of the cell have the same output
  };
}

/** Whether `file` belongs to this package. */
export const isOwnFile = (file: string): boolean =>
  file.startsWith(own + path.sep) && !file.startsWith(path.join(own, "notebooks") + path.sep);
