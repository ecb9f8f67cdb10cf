// The files of a repository on the hub, and which of them a model needs.

import { fail } from "../core/errors";
import type { HubFile } from "./download";
import { fetchFor, type HubContext, whereOf } from "./request";

/** Transformers' names for the files of a model. */
export const modelFiles = {
  whole: "model.safetensors",
  /** Lists the files of weights that are split into parts. */
  index: "model.safetensors.index.json",
  needed: ["config.json"],
  welcome: ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"],
};

const pickle = /\.(bin|pt|pth|pkl|pickle|ckpt)$/;

/** The files of a commit by their paths, without those that have no size or checksum in the hub's list. */
export async function listRepo(context: HubContext, commit: string): Promise<Map<string, HubFile>> {
  const { listFiles } = await import("@huggingface/hub");
  const repo = { type: context.kind, name: context.id };
  const asked = { repo, revision: commit, recursive: true, hubUrl: context.settings.endpoint };
  const files = new Map<string, HubFile>();
  for await (const { type, path, oid, size, lfs } of listFiles({ ...asked, fetch: fetchFor(context) })) {
    const file = { path, bytes: lfs?.size ?? size, checksum: lfs?.oid ?? oid ?? "" };
    const told = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(file.checksum) && Number.isSafeInteger(file.bytes);
    if (type === "file" && told) files.set(path, file);
  }
  return files;
}

/** The files of a model with safetensors. Errors: weights in another format only. */
export function choose(listed: Map<string, HubFile>, context: HubContext): string[] {
  const names = [...listed.keys()];
  const weights = [modelFiles.whole, modelFiles.index].find(file => listed.has(file));
  if (!weights) {
    const gguf = names.find(file => file.endsWith(".gguf"));
    if (gguf)
      fail(whereOf(context), "it holds GGUF files and no safetensors", `Name one, such as "${context.id}/${gguf}".`);
    const old = names.find(file => pickle.test(file));
    if (old) refusePickle(old, context);
    fail(whereOf(context), `it has no ${modelFiles.whole}`, `There are ${names.slice(0, 20).join(", ")}.`);
  }
  return [...modelFiles.needed, ...modelFiles.welcome.filter(file => listed.has(file)), weights!];
}

/** Errors: a pickle, because loading one can run arbitrary code. */
export function refusePickle(file: string, context: HubContext): void {
  if (pickle.test(file))
    fail(
      whereOf(context),
      `the weights are a pickle, ${file}, and loading one can run arbitrary code`,
      "Take a revision with model.safetensors, such as refs/pr/1, or convert it with Transformers' save_pretrained.",
    );
}
