/**
 * Names for the types of all packages. After a cell has run, the compiler writes declarations of its names for later
 * cells. By default it refuses a type that it could only name by a path into a `node_modules` folder (TS2742), because
 * such declarations would fail on another machine. Those of cells never leave their kernel, so here such paths are
 * allowed.
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
/** A checker with the private function that serves the compiler's emitter. */
interface Checker {
  getEmitResolver(...given: unknown[]): Resolver;
}

const changed = new WeakSet<Checker>();

/** Lets the declarations of `program` name types by paths into `node_modules` if no shorter name exists. */
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
