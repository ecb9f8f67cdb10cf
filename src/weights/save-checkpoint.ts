// A model's folder, as Transformers reads it.

import { rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { toFloat32 } from "../backend/native-ops";
import { read } from "../core/tidy";
import type { Weights } from "./parameters";
import { type FloatFormat, writeSafetensors } from "./write-safetensors";

export interface CheckpointContent {
  /** What becomes config.json; `model_type` tells Transformers the family. */
  config: object;
  weights: Weights;
  /** What becomes tokenizer.json. Default: none is written. */
  tokenizer?: object;
}

/**
 * Writes config.json, model.safetensors and tokenizer.json to a folder, each of them whole or not at all. `openCheckpoint` and
 * Transformers' `from_pretrained` read it. Numbers are float32 unless `format` says otherwise.
 *
 * Errors: weights that are not finite.
 */
export async function saveCheckpoint(
  folder: string,
  { config, weights, tokenizer }: CheckpointContent,
  { format = "F32" }: { format?: FloatFormat } = {},
): Promise<void> {
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

/** Writes a JSON file, whole or not at all. */
export async function writeJson(file: string, content: object): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, `${JSON.stringify(content, null, 2)}\n`);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
