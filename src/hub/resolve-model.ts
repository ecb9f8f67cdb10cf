// Names of models: of those that the set-up fetches, of paths, of models on the Hugging Face hub.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { checkOptions } from "../core/options";
import { fetchFromHub, type HubOptions, hubChecks } from "./hub";
import { ownModels, readManifest, sourcePath } from "./sources";

/** A model on this machine. */
export interface ResolvedModel {
  /** A folder with config.json and safetensors, or a .gguf or .safetensors file. */
  path: string;
  /** A name for exactly these files: the name in the manifest, the absolute path, or the id with its commit. */
  origin: string;
}

/**
 * Finds a model, and fetches it if it is on the hub. `nameOrPath` is, in this order,
 *
 *   * a name in `data/sources.json`, such as "smollm2-135m": fetched by the set-up; its checksums are verified;
 *   * "tiny-lm", the toy in `data/tiny-lm`;
 *   * a path: the folder of a model, or a .gguf or .safetensors file;
 *   * an id on the hub: "gpt2", "owner/name", "owner/name/file.gguf", each with "@revision" after it if wanted.
 *
 * @param options for models on the hub
 *
 * Errors: a model of the set-up that is missing or damaged, with the command that fetches it; a path without a model;
 * those of `fetchFromHub`.
 */
export async function resolveModel(nameOrPath: string, options: HubOptions = {}): Promise<ResolvedModel> {
  checkOptions("resolveModel", options, hubChecks);
  const { models } = readManifest();
  if (Object.hasOwn(models, nameOrPath))
    return { path: await sourcePath(nameOrPath, models[nameOrPath]), origin: nameOrPath };
  if (Object.hasOwn(ownModels, nameOrPath)) return { path: ownModels[nameOrPath], origin: nameOrPath };

  const isFile = /\.(gguf|safetensors)$/i;
  if (fs.existsSync(nameOrPath)) {
    const whole = path.resolve(nameOrPath);
    if (!fs.statSync(whole).isDirectory() && !isFile.test(whole))
      fail(nameOrPath, "this file is not a model", "Use a .gguf or .safetensors file, or the folder of a model.");
    return { path: whole, origin: whole };
  }
  const { id, file, revision } = splitId(nameOrPath);
  const onHub = file ? file.endsWith(".gguf") : !isFile.test(id);
  if (/^[.~/]|\\|^[A-Za-z]:/.test(nameOrPath) || !onHub)
    fail(nameOrPath, "there is no such file or folder", `The current folder is ${process.cwd()}.`);

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

/** Whether a name means a model on the hub: it is neither one of the set-up nor a path. */
export const isOnHub = (nameOrPath: string): boolean =>
  !Object.hasOwn({ ...readManifest().models, ...ownModels }, nameOrPath) &&
  !fs.existsSync(nameOrPath) &&
  !/^[.~/]|\\|^[A-Za-z]:/.test(nameOrPath);

/** The parts of "owner/name/path/file@revision". */
function splitId(nameOrPath: string) {
  const [name, revision] = nameOrPath.split(/@(.*)/s) as [string, string | undefined];
  const [owner, model, ...file] = name.split("/");
  return { id: model === undefined ? owner : `${owner}/${model}`, file: file.join("/"), revision };
}
