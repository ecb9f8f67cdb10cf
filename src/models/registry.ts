// Models by name: where the set-up put them, verified before use.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cachePath } from "../core/cache";
import { fail } from "../core/errors";
import type { CausalLm } from "./causal";
import { type LlamaOptions, loadLlama } from "./llama-gguf";

interface SourceFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** `data/sources.json`, which the set-up fetches from, seen from the built file. */
const manifest = path.join(__dirname, "../../../data/sources.json");

/**
 * Loads a model by its name in `data/sources.json`, or from a path to a .gguf file. The caller owns it (`dispose`).
 *
 * Errors: an unknown name (with those there are), a file that is missing or whose checksum differs, those of `loadLlama`.
 */
export async function loadModel(nameOrPath: string, options: LlamaOptions = {}): Promise<CausalLm> {
  if (nameOrPath.endsWith(".gguf")) return loadLlama(nameOrPath, options);
  const models = JSON.parse(fs.readFileSync(manifest, "utf8")).models as Record<string, { files: SourceFile[] }>;
  if (!Object.hasOwn(models, nameOrPath))
    fail(
      "loadModel",
      `there is no model "${nameOrPath}"`,
      `Use ${Object.keys(models).join(", ")}, or a path to a .gguf file.`,
    );
  const [source] = models[nameOrPath].files;
  const file = cachePath("models", nameOrPath, source.name);
  await verify(file, source);
  return loadLlama(file, options);
}

async function verify(file: string, { name, bytes, sha256 }: SourceFile) {
  if (!fs.existsSync(file)) fail(name, `there is no file ${file}`, "Run `npm run setup` to fetch it.");
  const size = fs.statSync(file).size;
  const hash = createHash("sha256");
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 22 })) hash.update(chunk);
  if (hash.digest("hex") !== sha256)
    fail(
      name,
      `${file} (${size} bytes, ${bytes} expected) is damaged: its checksum differs`,
      "Run `npm run setup` to fetch it again.",
    );
}
