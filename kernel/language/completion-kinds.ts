/** The kinds of completed names: an imported or re-exported name has the kind of its target instead of "alias". */
import type * as typescript from "typescript";

/** Parts of the compiler that its published types lack. */
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

/** The compiler's `Completions`, with the kind of the target for each alias. */
export function completionsWithKinds(ts: object): object {
  const { Completions, SymbolDisplay, sys: system } = ts as Completing & { sys: object };
  /** Arguments: host, program, log, file, position, preferences, trigger, kind of request, cancellation. */
  function getCompletionsAtPositionForTslab(...given: unknown[]) {
    const [, program, , file] = given as [unknown, typescript.Program, unknown, typescript.SourceFile];
    const host = Object.assign(Object.create(system), { getCompilationSettings: () => program.getCompilerOptions() });
    const found = Completions.getCompletionsAtPosition(host, ...given.slice(1), undefined, /* includeSymbol */ true);
    const checker = program.getTypeChecker();
    for (const entry of found?.entries ?? [])
      if (entry.kind === "alias" && entry.symbol)
        entry.kind = SymbolDisplay.getSymbolKind(checker, checker.getAliasedSymbol(entry.symbol), file) || entry.kind;
    return found;
  }
  return { ...Completions, getCompletionsAtPositionForTslab };
}
