// Opens all kinds of models on disk.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { readJsonObject } from "../core/json";
import type { Checkpoint, StoredTensor } from "./checkpoint";
import { openGgufCheckpoint } from "./gguf-checkpoint";
import { openSafetensors } from "./safetensors";

const INDEX = "model.safetensors.index.json";
const mostConfigBytes = 10e6;
const mostJsonBytes = 100e6;

/**
 * Opens one of these; close it after use:
 *
 *   * a folder with config.json, model.safetensors (or model.safetensors.index.json and its shards) and, optionally,
 *     tokenizer.json and tokenizer_config.json;
 *   * a .safetensors file with config.json beside it;
 *   * a .gguf file, or a folder that contains one.
 *
 * Errors: no such model; a damaged file; an index that names files outside its folder or disagrees with its shards.
 */
export async function openCheckpoint(folderOrFile: string): Promise<Checkpoint> {
  const checkpoint = await opened(folderOrFile);
  // Families list their parameters layer by layer, so an absurd number of layers must not reach them.
  for (const name of ["num_hidden_layers", "n_layer", "num_layers", "num_decoder_layers"]) {
    const layers = checkpoint.config[name];
    if (typeof layers === "number" && layers > checkpoint.tensors.size) {
      checkpoint.close();
      const found = `its configuration has ${name} = ${layers} for ${checkpoint.tensors.size} tensors`;
      fail(checkpoint.where, found, "Fetch the configuration and the weights again.");
    }
  }
  return checkpoint;
}

async function opened(folderOrFile: string): Promise<Checkpoint> {
  if (folderOrFile.endsWith(".gguf") && !isFolder(folderOrFile)) return openGgufCheckpoint(folderOrFile);
  if (folderOrFile.endsWith(".safetensors") && !isFolder(folderOrFile))
    return openFolder(path.dirname(folderOrFile), path.basename(folderOrFile));
  const files = list(folderOrFile);
  for (const name of ["model.safetensors", INDEX]) if (files.includes(name)) return openFolder(folderOrFile, name);
  const ggufs = files.filter(name => name.endsWith(".gguf"));
  if (ggufs.length === 1) return openGgufCheckpoint(path.join(folderOrFile, ggufs[0]));
  if (ggufs.length > 1)
    fail(folderOrFile, `the folder contains ${ggufs.length} .gguf files`, `Name one: ${ggufs.join(", ")}.`);
  const pickled = files.find(name => /\.(bin|pt|pth)$/.test(name));
  return fail(
    folderOrFile,
    `the folder contains no model.safetensors, ${INDEX} or .gguf file`,
    pickled
      ? `Convert ${pickled} to safetensors: loading it could run arbitrary code.`
      : "Give the folder or file of a model.",
  );
}

const isFolder = (path: string) => fs.existsSync(path) && fs.statSync(path).isDirectory();

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "there is no such folder or file"
        : `${(error as Error).message}`;
    fail(folder, why, "Give a folder with a model, a .safetensors or a .gguf file.", error);
  }
}

function openFolder(folder: string, name: string): Checkpoint {
  const config = readJsonObject(path.join(folder, "config.json"), mostConfigBytes);
  const { tensors, close } = name === INDEX ? openShards(folder) : openSafetensors(path.join(folder, name));
  try {
    const optional = (name: string) => {
      const file = path.join(folder, name);
      return fs.existsSync(file) ? readJsonObject(file, mostJsonBytes) : undefined;
    };
    const [tokenizer, ownConfig] = [optional("tokenizer.json"), optional("tokenizer_config.json")];
    const template = path.join(folder, "chat_template.jinja"); // where newer versions of Transformers write it
    const tokenizerConfig = fs.existsSync(template)
      ? { ...ownConfig, chat_template: fs.readFileSync(template, "utf8") }
      : ownConfig;
    return { where: name, config, tensors, tokenizer, tokenizerConfig, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Opens all shards and checks them against the index, which names the shard of each tensor. */
function openShards(folder: string): Pick<Checkpoint, "tensors" | "close"> {
  const { weight_map: map } = readJsonObject(path.join(folder, INDEX), mostJsonBytes);
  if (typeof map !== "object" || map === null || Array.isArray(map))
    return fail(INDEX, "it contains no weight_map", "Fetch it again.");
  const shardOf = new Map(Object.entries(map));
  const opened: { close(): void }[] = [];
  const close = () => {
    for (const file of opened.splice(0)) file.close();
  };
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const shard of new Set(shardOf.values())) {
      if (!isShardName(shard))
        fail(
          INDEX,
          `it names the file ${JSON.stringify(shard)}`,
          "Shards must be .safetensors files in the same folder.",
        );
      const file = openSafetensors(path.join(folder, shard as string));
      opened.push(file);
      for (const [name, tensor] of file.tensors) {
        if (shardOf.get(name) !== shard)
          fail(
            INDEX,
            `it does not say that ${shard} contains tensor ${JSON.stringify(name)}`,
            "Fetch the index and the shards again.",
          );
        tensors.set(name, tensor);
      }
    }
    const missing = [...shardOf.keys()].filter(name => !tensors.has(name));
    if (missing.length > 0) {
      const example = `${JSON.stringify(missing[0])} in ${shardOf.get(missing[0])}`;
      const found = `${missing.length} of its tensors are missing in their files, for example ${example}`;
      fail(INDEX, found, "Fetch the index and the shards again.");
    }
    return { tensors, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Whether a name is a plain file name, so that an index cannot name files outside its folder. */
const isShardName = (name: unknown) =>
  typeof name === "string" && /^[\w.-]{1,255}\.safetensors$/.test(name) && !name.startsWith(".");
