// What a request to the hub is about: which repository, revision and cache.

import { fail } from "../core/errors";
import { type Checks, callback, either, integer, listOf, made, oneOf, text } from "../core/options";
import { isCommit, type RepoKind, repoCache } from "./cache";
import { fetchFor, type HubContext, whereOf } from "./request";
import { hubSettings } from "./settings";

/** What is fetched, and how. */
export interface HubOptions {
  /** A branch, a tag or a commit's 40 digits. Default: the part of the id after "@", or else "main". */
  revision?: string;
  /** Kind of the repository. Default "model". */
  kind?: RepoKind;
  /**
   * Paths in the repository, or a pattern for whole paths. Default for a model: config.json, the tokenizer,
   * generation_config.json, and the safetensors with their index. Required for a data set.
   */
  files?: readonly string[] | RegExp;
  /** Called with bytes done and bytes in total. */
  onProgress?: (done: number, total: number) => void;
  /** Stops the download, which can be resumed later. */
  signal?: AbortSignal;
  /** Consecutive attempts without progress before the hub counts as unreachable. Default 6, within 8 seconds. */
  attempts?: number;
  /** Sends the requests, for example through a proxy. Default: Node's `fetch`. */
  fetch?: typeof fetch;
}

/** For `checkOptions`. */
export const hubChecks: Checks<HubOptions> = {
  revision: text,
  kind: oneOf("model", "dataset"),
  files: either(listOf(text), made("a regular expression", "exec", "source")),
  onProgress: callback,
  signal: made("an AbortSignal", "aborted"),
  attempts: integer(1),
  fetch: callback,
};

/** What requests about a repository need, and where its files are kept. */
export function contextOf(id: string, options: HubOptions) {
  const settings = hubSettings();
  const { kind = "model" } = options;
  const context: HubContext = {
    ...parse(id, options.revision),
    kind,
    settings,
    signal: options.signal,
    attempts: options.attempts ?? 6,
    fetch: options.fetch ?? fetch,
  };
  return { context, cache: repoCache(settings.cache, context.id, kind) };
}

/** Splits "owner/name@revision". */
function parse(id: string, revision?: string) {
  const [name, behind] = id.split(/@(.*)/s);
  const chosen = revision ?? behind ?? "main";
  const part = /^(?!.*(\.\.|--))\w[\w.-]*$/;
  if (!name.split("/").every(word => part.test(word)) || name.split("/").length > 2)
    fail(
      `"${id}"`,
      "this is not the name of a model on the hub",
      'Use "owner/name", with "@revision" after it if wanted.',
    );
  if (!/^(?!.*\.\.)\w[\w./+-]*(?<!\/)$/.test(chosen) || chosen.includes("//"))
    fail(`"${id}"`, `"${chosen}" is not a revision`, "Use a branch, a tag or a commit's 40 digits.");
  return { id: name, revision: chosen };
}

/** The commit that the revision names now. */
export async function askCommit(context: HubContext): Promise<string> {
  if (isCommit(context.revision)) return context.revision;
  const { modelInfo, datasetInfo } = await import("@huggingface/hub");
  const { id: name, revision, settings } = context;
  const asked = {
    name,
    revision,
    hubUrl: settings.endpoint,
    additionalFields: ["sha" as const],
    fetch: fetchFor(context),
  };
  const { sha } = await (context.kind === "model" ? modelInfo(asked) : datasetInfo(asked));
  if (typeof sha !== "string" || !isCommit(sha))
    fail(whereOf(context), `${settings.endpoint} names no commit`, "Check HF_ENDPOINT.");
  return sha;
}
