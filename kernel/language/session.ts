/** What the parts of one session's compiler share. */
import type * as typescript from "typescript";
import type { FileVersions } from "./local-files";
import type { Resolver } from "./resolve";

/** The compiler's state of one session. */
export interface CellSession {
  /** Folder of the notebook. */
  directory: string;
  options: typescript.CompilerOptions;
  /** Set by the host, which knows the files. */
  resolver: Resolver;
  /** Local files that the program has read. */
  versions: FileVersions;
  /** Whether the cell is written in JSX, which TypeScript reads by other rules. */
  jsx: boolean;
  /** What such a cell begins with. */
  jsxComments: string;
  /** Modules that cells define, by their file. */
  modules: Map<string, string>;
  /** How many types local to functions have a stand-in. */
  localTypes: number;
  /** Whether all imports are to be resolved anew for the next program. */
  stale: boolean;
  /** Whether a cell is compiled, and not only completed or inspected. */
  compiling: boolean;
  /** The program of the cell, set by the host. */
  builder: CellBuilder | undefined;
  /** Errors of the cell and of the local modules that it imports; called for each program before it is emitted. */
  check(): readonly typescript.Diagnostic[];
}

/** The compiler's program with the cell's file. */
export interface CellBuilder extends typescript.BuilderProgram {
  cell: typescript.SourceFile;
  /** Shows tslab the names of the cell, which are hidden from it at first. */
  showNames(): void;
}
