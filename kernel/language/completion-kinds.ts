/** What completed names are: for a name that is imported or exported again, what it stands for, not "alias". */
import type * as typescript from "typescript";

/** The parts of the compiler that its published types leave out. */
interface Completing {
  Completions: { getCompletionsAtPosition(...given: unknown[]): { entries: Entry[] } | undefined };
  SymbolDisplay: {
    getSymbolKind(checker: typescript.TypeChecker, symbol: typescript.Symbol, place: typescript.Node): string;
  };
}

interface Entry {
  kind: string;
  symbol?: typescript.Symbol;
}

/** `Completions` of the compiler, whose entries say what their names are in truth. */
export function completionsWithKinds(ts: object): object {
  const { Completions, SymbolDisplay } = ts as Completing;
  /** Its arguments: host, program, log, file, position, preferences, trigger, kind of request, cancellation. */
  function getCompletionsAtPositionForTslab(...given: unknown[]) {
    const [, program, , file] = given as [unknown, typescript.Program, unknown, typescript.SourceFile];
    const found = Completions.getCompletionsAtPosition(...given, undefined, /* includeSymbol */ true);
    const checker = program.getTypeChecker();
    for (const entry of found?.entries ?? [])
      if (entry.kind === "alias" && entry.symbol)
        entry.kind = SymbolDisplay.getSymbolKind(checker, checker.getAliasedSymbol(entry.symbol), file) || entry.kind;
    return found;
  }
  return { ...Completions, getCompletionsAtPositionForTslab };
}
