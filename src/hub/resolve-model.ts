// One way to name a model: by what the set-up fetched, by a path, or by its id on the hub of Hugging Face.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { fetchFromHub, type HubOptions } from "./hub";
import { ownModels, readManifest, sourcePath } from "./sources";

export interface ResolvedModel {
  /** A folder with config.json and safetensors, or a .gguf or .safetensors file. */
  path: string;
  /** A name that means exactly these files again: the name in the manifest, the whole path, or the id with its commit. */
  origin: string;
}

/**
 * Finds a model, and fetches it when it is one of the hub. `nameOrPath` is, in this order,
 *
 *   * a name in `data/sources.json`, such as "smollm2-135m": what the set-up fetched, its checksums verified;
 *   * "tiny-lm", the toy in `data/tiny-lm`;
 *   * a path: a folder with a model, or a .gguf or .safetensors file;
 *   * an id on the hub: "gpt2", "owner/name", "owner/name/file.gguf", each with "@revision" behind it if wanted. `options` are for these.
 *
 * Errors: a source that was not fetched or is damaged, with the command that mends it; a path without a model; those of `fetchFromHub`.
 */
export async function resolveModel(nameOrPath: string, options: HubOptions = {}): Promise<ResolvedModel> {
  const { models } = readManifest();
  if (Object.hasOwn(models, nameOrPath))
    return { path: await sourcePath(nameOrPath, models[nameOrPath]), origin: nameOrPath };
  if (Object.hasOwn(ownModels, nameOrPath)) return { path: ownModels[nameOrPath], origin: nameOrPath };

  const isFile = /\.(gguf|safetensors)$/i;
  if (fs.existsSync(nameOrPath)) {
    const whole = path.resolve(nameOrPath);
    if (!fs.statSync(whole).isDirectory() && !isFile.test(whole))
      fail(nameOrPath, "this file is no model", "Use a .gguf or .safetensors file, or the folder of a model.");
    return { path: whole, origin: whole };
  }
  const { id, file, revision } = splitId(nameOrPath);
  const onHub = file ? file.endsWith(".gguf") : !isFile.test(id);
  if (/^[.~/]|\\|^[A-Za-z]:/.test(nameOrPath) || !onHub)
    fail(nameOrPath, "there is no such file or folder", `It was looked for in ${process.cwd()}.`);

  const named = { revision: options.revision ?? revision, files: file ? [file] : options.files };
  const folder = await fetchFromHub(id, { ...options, ...named }).catch(error => {
    if (options.signal?.aborted) throw error;
    const other = id.includes("/")
      ? `No path in ${process.cwd()}`
      : `Models of the set-up: ${Object.keys({ ...models, ...ownModels }).join(", ")}`;
    throw new Error(`${error.message} ${other}.`, { cause: error });
  });
  const origin = `${nameOrPath.split("@")[0]}@${path.basename(folder)}`;
  return { path: file ? path.join(folder, file) : folder, origin };
}

/** Whether a name is not of the set-up, nor a path: it then means a model of the hub. */
export const isOnHub = (nameOrPath: string): boolean =>
  !Object.hasOwn({ ...readManifest().models, ...ownModels }, nameOrPath) &&
  !fs.existsSync(nameOrPath) &&
  !/^[.~/]|\\|^[A-Za-z]:/.test(nameOrPath);

/** "owner/name/path/file@revision" in its parts. */
function splitId(nameOrPath: string) {
  const [name, revision] = nameOrPath.split(/@(.*)/s) as [string, string | undefined];
  const [owner, model, ...file] = name.split("/");
  return { id: model === undefined ? owner : `${owner}/${model}`, file: file.join("/"), revision };
}
