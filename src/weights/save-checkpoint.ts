// The folder of a model, as Transformers reads it.

import { rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { toFloat32 } from "../backend/native-ops";
import { checkOptions } from "../core/options";
import { read } from "../core/tidy";
import type { Weights } from "./parameters";
import { type FloatFormat, formatCheck, writeSafetensors } from "./write-safetensors";

/** The content of a model's folder. */
export interface CheckpointContent {
  /** Content of config.json; `model_type` names the family for Transformers. */
  config: object;
  weights: Weights;
  /** Content of tokenizer.json. Default: the file is not written. */
  tokenizer?: object;
}

/**
 * Writes config.json, model.safetensors and tokenizer.json to a folder, for `openCheckpoint` and Transformers'
 * `from_pretrained`. Each file is written completely or not at all. `format` is the number format, by default "F32".
 *
 * Errors: weights that are not finite.
 */
export async function saveCheckpoint(
  folder: string,
  { config, weights, tokenizer }: CheckpointContent,
  options: { format?: FloatFormat } = {},
): Promise<void> {
  checkOptions("saveCheckpoint", options, { format: formatCheck });
  const { format = "F32" } = options;
  const tensors = Object.entries(weights).map(([name, weight]) => ({
    name,
    shape: weight.shape,
    values: () => read(() => toFloat32(weight)),
  }));
  await writeSafetensors(path.join(folder, "model.safetensors"), tensors, { format, metadata: { format: "pt" } });
  if (tokenizer) await writeJson(path.join(folder, "tokenizer.json"), tokenizer);
  const dtype = { F32: "float32", F16: "float16", BF16: "bfloat16" }[format];
  await writeJson(path.join(folder, "config.json"), { ...config, dtype });
}

/** Writes a JSON file, completely or not at all. */
export async function writeJson(file: string, content: object): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, `${JSON.stringify(content, null, 2)}\n`);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
