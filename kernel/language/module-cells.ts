/** Cells that define a module, as tslab has them: those that begin with the comment `@module name`. */
import { tslab } from "./tslab-compiler";

/** A module that a cell defines. */
export interface DefinedModule {
  /** Later cells import `./name`. */
  name: string;
  file: string;
  text: string;
}

/** The module that a cell defines in `directory`; undefined for any other cell. */
export function definedModule(source: string, directory: string): DefinedModule | undefined {
  if (!source.includes("@module")) return undefined;
  const { module: name, jsx } = tslab.getCodeMetadata(source);
  return name ? { name, file: `${directory}/${name}.ts${jsx ? "x" : ""}`, text: `${source}\nexport {};\n` } : undefined;
}
