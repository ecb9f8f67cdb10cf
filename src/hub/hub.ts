// Models and data sets from the hub of Hugging Face, or a server with the same API, into the cache that its Python libraries use.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { checkFileName, isCommit, type RepoCache, type RepoKind, repoCache } from "./cache";
import { downloadBlob, type HubFile } from "./download";
import { choose, listRepo, modelFiles, refusePickle } from "./listing";
import { fetchFor, type HubContext, isUnreachable, whereOf } from "./request";
import { hubSettings } from "./settings";

export interface HubOptions {
  /** A branch, a tag or a commit's 40 digits. Default: what stands behind "@" in the id, else "main". */
  revision?: string;
  /** What the id names. Default "model". */
  kind?: RepoKind;
  /**
   * Paths in the repository, or a pattern that they match from the start to the end. Default: a model's config.json, tokenizer,
   * generation_config.json, and the safetensors with their index; a data set has no default.
   */
  files?: readonly string[] | RegExp;
  /** Hears how many bytes of how many are there. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the download; it can go on later. */
  signal?: AbortSignal;
  /** Attempts that may fail one after the other before the hub counts as unreachable. Default 6, over 8 seconds. */
  attempts?: number;
  /** Sends the requests, through a proxy for example. Default: Node's `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Brings a model or data set of the hub ("owner/name", "gpt2"; "@revision" behind it) into the cache and returns the folder with its files, whose name
 * is the commit. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and HF_HUB_DOWNLOAD_TIMEOUT have the meaning that Hugging
 * Face gives them. Every file has the checksum that the hub lists, and has its name only when it is whole; a download that broke off goes
 * on where it stopped, in this call or in the next. A commit that is in the cache needs no network; for a branch the hub is asked which
 * commit it is, and if it cannot be reached, the commit that it was last is used.
 *
 * Errors: no such model, data set, revision or file; no access (names HF_TOKEN); weights only as a pickle; another size or checksum; the hub
 * cannot be reached, or HF_HUB_OFFLINE is set, and the cache lacks files; a file name that leads out of the folder; the signal's reason.
 */
export async function fetchFromHub(id: string, options: HubOptions = {}): Promise<string> {
  const { context, cache } = contextOf(id, options);
  const { revision, settings } = context;
  const last = cache.commitOf(revision);
  if (isCommit(revision) && isSettled(cache, revision, options)) return cache.snapshot(revision);
  const lacking = last ? missing(cache, last, options) : ["all of it"];
  if (settings.offline && lacking.length > 0)
    fail(
      whereOf(context),
      `the cache in ${settings.cache} lacks ${lacking.join(", ")}, and HF_HUB_OFFLINE is set`,
      "Unset it once to fetch the model.",
    );
  if (settings.offline) return cache.snapshot(last!);
  try {
    const commit = await askCommit(context);
    if (!isSettled(cache, commit, options)) await bringAll(cache, commit, context, options);
    cache.keepCommit(revision, commit);
    return cache.snapshot(commit);
  } catch (error) {
    if (isUnreachable(error) && lacking.length === 0) return cache.snapshot(last!);
    throw error;
  }
}

/**
 * How many bytes `fetchFromHub` with these options would have to fetch; only the hub's lists are asked for. Errors: those of `fetchFromHub`, but those of
 * the files themselves.
 */
export async function bytesToFetch(id: string, options: HubOptions = {}): Promise<number> {
  const { context, cache } = contextOf(id, options);
  const { revision, settings } = context;
  const last = cache.commitOf(revision);
  const whole = last !== undefined && missing(cache, last, options).length === 0;
  if (whole && (settings.offline || (isCommit(revision) && isSettled(cache, revision, options)))) return 0;
  if (settings.offline)
    fail(whereOf(context), `the cache in ${settings.cache} lacks files, and HF_HUB_OFFLINE is set`, "Unset it.");
  const commit = await askCommit(context);
  if (isSettled(cache, commit, options)) return 0;
  const listed = await listRepo(context, commit);
  const { files } = options;
  const wanted = files instanceof RegExp ? matching(listed, files, context) : (files ?? choose(listed, context));
  const parts =
    !files && wanted.includes(modelFiles.index) ? matching(listed, /model-\d+-of-\d+\.safetensors/, context) : [];
  return [...wanted, ...parts]
    .filter(file => cache.has(commit, file) !== "yes")
    .reduce((sum, file) => sum + (listed.get(file)?.bytes ?? 0), 0);
}

function contextOf(id: string, options: HubOptions) {
  const settings = hubSettings();
  const { kind = "model" } = options;
  if (kind === "dataset" && !options.files) fail(id, "no files of the data set are named", "Name them in `files`.");
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
    fail(`"${id}"`, "this is no model's name on the hub", 'Use "owner/name", with "@revision" behind it if wanted.');
  if (!/^(?!.*\.\.)\w[\w./+-]*(?<!\/)$/.test(chosen) || chosen.includes("//"))
    fail(`"${id}"`, `"${chosen}" is no revision`, "Use a branch, a tag or a commit's 40 digits.");
  return { id: name, revision: chosen };
}

/** What keeps a commit from being used: names of files that are not in the cache. */
function missing(cache: RepoCache, commit: string, { files }: HubOptions): string[] {
  const lacks = (file: string) => cache.has(commit, file) !== "yes";
  // What else matches a pattern only the hub's list could tell, which is asked for until a file for it is noted down
  if (files instanceof RegExp) return cache.has(commit, noteOf(files)) === "no" ? [] : [`all of ${files}`];
  if (files) return files.filter(lacks);
  const weights = !lacks(modelFiles.whole)
    ? []
    : lacks(modelFiles.index)
      ? [modelFiles.whole]
      : shards(cache.snapshot(commit)).filter(lacks);
  return [...modelFiles.needed.filter(lacks), ...weights];
}

/** The name of a file that is noted down as absent once all that matches the pattern is there. */
const noteOf = (files: RegExp) => `all-${createHash("sha256").update(String(files)).digest("hex").slice(0, 16)}`;

/** Whether the hub need not be asked what else there is. */
const isSettled = (cache: RepoCache, commit: string, options: HubOptions) =>
  missing(cache, commit, options).length === 0 &&
  (options.files !== undefined || modelFiles.welcome.every(file => cache.has(commit, file) !== undefined));

/** The files that the index in a snapshot names. */
function shards(snapshot: string): string[] {
  try {
    const { weight_map } = JSON.parse(fs.readFileSync(path.join(snapshot, modelFiles.index), "utf8"));
    return [...new Set(Object.values(weight_map as Record<string, string>))].map(String);
  } catch (error) {
    fail(
      path.join(snapshot, modelFiles.index),
      "it is no index of weights",
      "Delete it and fetch the model again.",
      error,
    );
  }
}

async function askCommit(context: HubContext): Promise<string> {
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

async function bringAll(cache: RepoCache, commit: string, context: HubContext, { files, onProgress }: HubOptions) {
  const listed = await listRepo(context, commit);
  const wanted = files instanceof RegExp ? matching(listed, files, context) : (files ?? choose(listed, context));
  const find = (file: string) =>
    listed.get(checkFileName(whereOf(context), file)) ??
    fail(whereOf(context), `there is no file ${file}`, `There are ${[...listed.keys()].slice(0, 20).join(", ")}.`);
  const hasIndex = !files && wanted.includes(modelFiles.index);
  if (hasIndex) await bring(cache, commit, find(modelFiles.index), context, () => {});
  const all = [...wanted, ...(hasIndex ? shards(cache.snapshot(commit)) : [])].map(find);
  for (const file of all) refusePickle(file.path, context);
  const total = all.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  for (const file of all) {
    await bring(cache, commit, file, context, bytes => onProgress?.(before + bytes, total));
    before += file.bytes;
  }
  if (files instanceof RegExp) cache.keepAbsent(commit, noteOf(files));
  if (!files) for (const file of modelFiles.welcome) if (!listed.has(file)) cache.keepAbsent(commit, file);
}

function matching(listed: Map<string, HubFile>, files: RegExp, context: HubContext): string[] {
  const found = [...listed.keys()].filter(file => files.exec(file)?.[0] === file).sort();
  if (found.length === 0)
    fail(whereOf(context), `no file matches ${files}`, `There are ${[...listed.keys()].slice(0, 20).join(", ")}.`);
  return found;
}

async function bring(
  cache: RepoCache,
  commit: string,
  file: HubFile,
  context: HubContext,
  onBytes: (bytes: number) => void,
) {
  const there = path.join(cache.snapshot(commit), file.path);
  if (fs.existsSync(there) && fs.statSync(there).size === file.bytes) return onBytes(file.bytes);
  const prefix = context.kind === "model" ? [] : ["datasets"];
  const place = [...prefix, context.id, "resolve", commit, ...file.path.split("/").map(encodeURIComponent)].join("/");
  const blob = cache.blob(file.checksum);
  await downloadBlob(`${context.settings.endpoint}/${place}`, file, blob, context, onBytes);
  cache.link(commit, file.path, blob);
}
