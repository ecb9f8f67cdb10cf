/**
 * Packages that every cell may import, wherever its notebook lies: tokenwise and its dependencies. They are used only
 * for an import that cannot be resolved near the notebook, so a project's own versions come first.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

/** `require` as in a file of this package. */
export const ownRequire = createRequire(__filename);

const repository = path.join(__dirname, "../../..");

/**
 * `id`, with an absolute path for tokenwise itself: npm removes the link to it in `node_modules` when a cell or a user
 * installs a package.
 */
export const ownId = (id: string): string => id.replace(/^tokenwise(?=\/|$)/, () => repository);

const ownFolders = (ownRequire.resolve.paths("tokenwise") ?? []).filter(existsSync);

const dependencies = Object.keys(JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")).dependencies);

/** Whether a file belongs to a package that this one depends on, in the copy that this one uses. */
export const isOwnDependency = (file: string): boolean =>
  ownFolders.some(folder => {
    const start = `${folder.replaceAll("\\", "/")}/`;
    return file.startsWith(start) && dependencies.some(name => file.startsWith(`${start}${name}/`));
  });

/** The functions of TypeScript's `System` that find the files of packages. */
export interface FileLookUp {
  fileExists(file: string): boolean;
  directoryExists(folder: string): boolean;
  readFile(file: string, encoding?: string): string | undefined;
  realpath?(file: string): string;
}

/**
 * `system`, in which this package's `node_modules` folders also appear as that of the file system's root, which is the
 * last folder that is searched for an import.
 */
export function withOwnPackages<S extends FileLookUp>(system: S, directory: string): S {
  const last = `${path.parse(directory).root.replaceAll("\\", "/")}node_modules`;
  const behind = (name: string): string => {
    if (!name.startsWith(last) || existsSync(name)) return name;
    const inside = name.slice(last.length);
    const own = ownId(inside.slice(1));
    if (path.isAbsolute(own)) return own.replaceAll("\\", "/");
    const folder = ownFolders.find(own => existsSync(own + inside));
    return folder === undefined ? name : folder.replaceAll("\\", "/") + inside;
  };
  const wrapped: FileLookUp = {
    fileExists: file => system.fileExists(behind(file)),
    directoryExists: folder => system.directoryExists(behind(folder)),
    readFile: (file, encoding) => system.readFile(behind(file), encoding),
    realpath: file => system.realpath?.(behind(file)) ?? behind(file),
  };
  return Object.assign(Object.create(system), wrapped);
}
