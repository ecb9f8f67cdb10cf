/** The compiler's host for cells: its options, its files, how imports resolve, and what is emitted. */
import type * as typescript from "typescript";
import { nameAnyType } from "./any-type";
import { cellFiles, emittedName, isCellFile, withCellFiles } from "./cell-files";
import { withJoinedTimers } from "./joined-timers";
import { keepLastValue } from "./last-value";
import { isLocal } from "./local-files";
import { createLocalTypes } from "./local-types";
import { isOwnFile } from "./options";
import { isOwnDependency, withOwnPackages } from "./own-packages";
import { preludeTypes } from "./prelude";
import { createResolver } from "./resolve";
import type { CellBuilder, CellSession } from "./session";
import { ts } from "./typescript";

type Builder = typescript.BuilderProgram;
type Host = typescript.WatchCompilerHostOfFilesAndCompilerOptions<Builder>;

/**
 * `system`, in which local files are not watched but looked at before each cell. This package's types, those of its
 * dependencies and of the language stay as they are.
 */
function withVersions(system: typescript.System, { versions }: CellSession): typescript.System {
  const watchFile: typescript.System["watchFile"] = (file, changed, ...rest) => {
    if (isCellFile(file)) return system.watchFile!(file, changed, ...rest);
    if (/\.d\.[mc]?ts$/.test(file) && (isOwnFile(file) || isOwnDependency(file))) return { close() {} };
    if (!isLocal(file)) return system.watchFile!(file, changed, ...rest);
    const { Created, Changed, Deleted } = ts.FileWatcherEventKind;
    const close = versions.add(file, (before, now) =>
      changed(file, now === undefined ? Deleted : before === undefined ? Created : Changed),
    );
    return { close };
  };
  return Object.assign(Object.create(system), { watchFile });
}

/** A source file with the names that the compiler's binder has found in it. */
type Bound = typescript.SourceFile & { locals?: Map<string, unknown> };

const bind = (ts as unknown as { bindSourceFile(file: typescript.SourceFile, options: object): void }).bindSourceFile;

/**
 * The program as tslab is to see it: it holds the cell, and emits nothing else. tslab would make two programs for each
 * cell, the second with a list of exports for the names that it finds in the first. The kernel has written this list,
 * so tslab must not find names before the cell is checked.
 */
function cellBuilder(builder: Builder, session: CellSession): CellBuilder {
  const files = cellFiles(session.directory);
  const cell = builder.getSourceFile(session.jsx ? files.jsx : files.plain)! as Bound;
  bind(cell, builder.getCompilerOptions());
  const { locals } = cell;
  if (session.compiling) cell.locals = new Map();
  const changed: Partial<CellBuilder> = {
    cell,
    showNames: () => (cell.locals = locals),
    getSourceFile: name => (name === files.plain ? cell : builder.getSourceFile(name)),
    getAllDependencies: () => [files.plain],
    emit(file, write, cancellation, onlyDeclarations, transformers) {
      const checker = builder.getProgram().getTypeChecker();
      const local = createLocalTypes(checker, () => ++session.localTypes);
      nameAnyType(ts, checker, local);
      const named: typescript.WriteFileCallback = (name, text, ...rest) => {
        const whole = name.endsWith(".d.ts") ? text + local.declarations().join("") : text;
        write!(emittedName(name), whole, ...rest);
      };
      const own = { before: [keepLastValue], afterDeclarations: transformers!.afterDeclarations! };
      return builder.emit(file, named, cancellation, onlyDeclarations, own);
    },
  };
  return Object.assign(Object.create(builder), changed);
}

/** The host of a watch program. `created` is called with each of its programs before tslab sees it. */
export function cellHost(
  files: string[],
  system: typescript.System,
  session: CellSession,
  created: (program: typescript.Program) => void,
): Host {
  const { options } = session;
  const found = withJoinedTimers(
    withVersions(withCellFiles(withOwnPackages(system, session.directory), session), session),
  );
  const roots = [...files, cellFiles(session.directory).jsx, preludeTypes.file];
  session.resolver = createResolver(options, found, session.directory);
  const quiet = (): void => {};
  const host = ts.createWatchCompilerHost(roots, options, found, ts.createAbstractBuilder, quiet, quiet) as Host;
  let toTslab: (builder: Builder) => void = quiet;
  Object.defineProperty(host, "afterProgramCreate", {
    get: () => (builder: Builder) => {
      created(builder.getProgram());
      session.builder = cellBuilder(builder, session);
      toTslab(session.builder);
    },
    set: callback => (toTslab = callback),
  });
  host.resolveModuleNameLiterals = (literals, from, _redirect, given, file) =>
    literals.map(literal => {
      const mode = ts.getModeForUsageLocation(file, literal, given) === ts.ModuleKind.CommonJS ? "require" : "import";
      return { resolvedModule: session.resolver.resolve(literal.text, from, mode) };
    });
  host.getModuleResolutionCache = () => session.resolver.cache();
  host.hasInvalidatedResolutions = file => session.stale && isLocal(file);
  return host;
}
