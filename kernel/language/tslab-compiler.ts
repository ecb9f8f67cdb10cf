/**
 * tslab's converter on today's TypeScript. The converter was written for a frozen copy of the compiler, with options of
 * its own. So before it is loaded, the compiler that it imports is replaced by a copy of the module `typescript` in
 * which a few functions are wrapped or supplied.
 */
import Module, { createRequire } from "node:module";
import type { Converter } from "tslab/dist/converter";
import type * as typescript from "typescript";
import { cellHost } from "./cell-host";
import { completionsWithKinds } from "./completion-kinds";
import { quickInfo } from "./quick-info";
import type { CellSession } from "./session";
import { ts } from "./typescript";

const fromTslab = createRequire(require.resolve("tslab/dist/converter.js"));
const frozenCompiler = "@tslab/typescript-for-tslab";

/** The session of each program; tslab passes on the program alone. */
const sessions = new WeakMap<typescript.Program, CellSession>();
/** The session whose converter is being created. */
let creating: CellSession | undefined;

/**
 * The compiler module with wrapped functions: a copy, because the module's exports are getters, which cannot be
 * replaced.
 */
function compilerForTslab(): object {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(ts))
    Object.defineProperty(copy, name, { get: () => (ts as any)[name], enumerable: true, configurable: true });
  const supply = (functions: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(functions))
      Object.defineProperty(copy, name, { value, enumerable: true, configurable: true });
  };
  supply({
    createWatchCompilerHost(files: string[], _options: object, system: typescript.System) {
      const session = creating!;
      return cellHost(files, system, session, program => sessions.set(program, session));
    },
    Completions: completionsWithKinds(ts),
    getQuickInfoAtPosition: quickInfo,
    // The session collects the diagnostics itself; what is returned here tells tslab whether to go on.
    getPreEmitDiagnosticsOfFiles: (program: typescript.Program) => sessions.get(program)!.check(),
    // The text stays an ES module; it is compiled for the kernel afterwards.
    transpileModule: (text: string) => ({ outputText: text }),
    getDefaultTypeRoots: () => undefined, // the options have them
    getNullTransformationContext: () => (ts as any).nullTransformationContext,
  });
  return copy;
}

function loadTslab() {
  const file = fromTslab.resolve(frozenCompiler);
  const module = new Module(file);
  Object.assign(module, { filename: file, loaded: true, exports: compilerForTslab() });
  require.cache[file] = module;
  return {
    ...(fromTslab("./converter.js") as {
      createConverter(): Converter;
      isCompleteCode(code: string): { completed: boolean; indent?: string };
    }),
    ...(fromTslab("./inspect.js") as { printQuickInfo(info: unknown): string }),
    ...(fromTslab("./metadata.js") as { getCodeMetadata(code: string): { module?: string; jsx?: boolean } }),
  };
}

/** The functions of tslab that the kernel uses. */
export const tslab = loadTslab();

/** tslab's converter for the cells of a session. */
export function createConverter(session: CellSession): Converter {
  creating = session;
  try {
    return tslab.createConverter();
  } finally {
    creating = undefined;
  }
}
