/**
 * Declarations of any type. After a cell has run, the compiler writes declarations of its names for later cells. It
 * refuses types that a published package could not declare so: those that only a path into `node_modules` names
 * (TS2742), local ones of a function (TS4060), classes with private members (TS4094). Those of cells never leave their
 * kernel, so here all are written; local types get a stand-in.
 */
import type * as typescript from "typescript";
import type { LocalTypes } from "./local-types";

/** The checker's functions that write types into declarations. */
const writers = [
  "createTypeOfDeclaration",
  "createReturnTypeOfSignatureDeclaration",
  "createTypeOfExpression",
] as const;

type Writer = (
  node: unknown,
  enclosing: unknown,
  flags: number,
  internalFlags: number,
  tracker: Tracker,
) => typescript.TypeNode | undefined;
type Resolver = Record<(typeof writers)[number], Writer> & {
  isSymbolAccessible(
    symbol: typescript.Symbol,
    enclosing: unknown,
    meaning: unknown,
    markAliases: boolean,
  ): { accessibility: number };
};
/** What the emitter is told while a type is written; it turns the reports into errors. */
interface Tracker {
  trackSymbol(symbol: typescript.Symbol, enclosing: unknown, meaning: unknown): boolean;
}
/** A checker with the private function that serves the compiler's emitter. */
interface Checker {
  getEmitResolver(...given: unknown[]): Resolver;
}

const reports = [
  "reportInaccessibleThisError",
  "reportPrivateInBaseOfClassExpression",
  "reportInaccessibleUniqueSymbolError",
  "reportCyclicStructureError",
  "reportLikelyUnsafeImportRequiredError",
  "reportTruncationError",
  "reportNonlocalAugmentation",
  "reportNonSerializableProperty",
  "reportInferenceFallback",
];

const changed = new WeakSet<Checker>();

/** Lets the declarations of a program name all types. */
export function nameAnyType(ts: typeof typescript, given: typescript.TypeChecker, local: LocalTypes): void {
  const checker = given as unknown as Checker;
  if (changed.has(checker)) return;
  changed.add(checker);
  const { getEmitResolver } = checker;
  checker.getEmitResolver = (...given) => {
    const resolver = getEmitResolver(...given);
    const allowing =
      (write: Writer): Writer =>
      (node, enclosing, flags, internalFlags, tracker) => {
        const hidden = new Set<typescript.Symbol>();
        const trackSymbol: Tracker["trackSymbol"] = (symbol, around, meaning) => {
          if (symbol.flags & ts.SymbolFlags.TypeParameter) return false;
          if (resolver.isSymbolAccessible(symbol, around, meaning, false).accessibility === 0)
            return tracker.trackSymbol(symbol, around, meaning);
          hidden.add(symbol);
          return false;
        };
        const silent = Object.fromEntries(reports.map(name => [name, () => {}]));
        const lenient = Object.assign(Object.create(tracker), silent, { trackSymbol });
        const allowed = flags | ts.NodeBuilderFlags.AllowNodeModulesRelativePaths;
        const type = write(node, enclosing, allowed, internalFlags, lenient);
        return type && hidden.size > 0 ? local.renamed(type, hidden) : type;
      };
    const allowed = Object.fromEntries(writers.map(name => [name, allowing(resolver[name])]));
    return Object.assign(Object.create(resolver), allowed);
  };
}
