/**
 * Types of packages wherever these lie. After a cell the compiler writes the declarations of its names for later cells. It refuses a type that it
 * could only name by a path into a `node_modules` folder (TS2742), as such declarations would be wrong on another machine. Those of cells never
 * leave their kernel, so these paths are allowed.
 */
import type * as typescript from "typescript";

/** The checker's functions that write types into declarations; each takes the flags as its third argument. */
const writers = [
  "createTypeOfDeclaration",
  "createReturnTypeOfSignatureDeclaration",
  "createTypeOfExpression",
] as const;

type Writer = (node: unknown, enclosing: unknown, flags: number, ...rest: unknown[]) => unknown;
type Resolver = Record<(typeof writers)[number], Writer>;
/** A checker with the function, not public, that gives the compiler's emitter what it needs. */
interface Checker {
  getEmitResolver(...given: unknown[]): Resolver;
}

const changed = new WeakSet<Checker>();

/** Has the declarations of `program` name types by paths into `node_modules` where nothing shorter names them. */
export function nameAnyPackage(ts: typeof typescript, program: typescript.Program): void {
  const checker = program.getTypeChecker() as unknown as Checker;
  if (changed.has(checker)) return;
  changed.add(checker);
  const { getEmitResolver } = checker;
  const allowing =
    (write: Writer): Writer =>
    (node, enclosing, flags, ...rest) =>
      write(node, enclosing, flags | ts.NodeBuilderFlags.AllowNodeModulesRelativePaths, ...rest);
  checker.getEmitResolver = (...given) => {
    const resolver = getEmitResolver(...given);
    const allowed = Object.fromEntries(writers.map(name => [name, allowing(resolver[name])]));
    return Object.assign(Object.create(resolver), allowed);
  };
}
