// Fetches models and data sets from the Hugging Face hub, or a server with the same API, into the cache of its Python
// libraries.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { checkOptions } from "../core/options";
import { checkFileName, isCommit, type RepoCache } from "./cache";
import { askCommit, contextOf, type HubOptions, hubChecks } from "./context";
import { downloadBlob, type HubFile } from "./download";
import { choose, listRepo, modelFiles, refusePickle } from "./listing";
import { type HubContext, isUnreachable, whereOf } from "./request";

export { type HubOptions, hubChecks } from "./context";

/**
 * Fetches a model or data set from the hub into the cache and returns the folder of its files, whose name is the
 * commit. An id is "owner/name" or "gpt2", with "@revision" after it if wanted. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT,
 * HF_TOKEN, HF_HUB_OFFLINE and HF_HUB_DOWNLOAD_TIMEOUT have the same meaning as in Hugging Face's own libraries.
 *
 * The checksum of each file is verified before the file gets its name. An interrupted download is resumed, in this call
 * or in the next. For a commit in the cache no network is needed. For a branch the hub is asked for its commit; if the
 * hub cannot be reached, the commit that was last fetched is used.
 *
 * Errors: an unknown model, data set, revision or file; no access (names HF_TOKEN); weights that exist only as a
 * pickle; a wrong size or checksum; files missing in the cache while the hub cannot be reached or HF_HUB_OFFLINE is
 * set; a file name that leads out of the folder; the reason of `signal`.
 */
export async function fetchFromHub(id: string, options: HubOptions = {}): Promise<string> {
  checkOptions("fetchFromHub", options, hubChecks);
  needFiles(id, options);
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
    if (!isSettled(cache, commit, options)) await downloadAll(cache, commit, context, options);
    cache.keepCommit(revision, commit);
    return cache.snapshot(commit);
  } catch (error) {
    if (isUnreachable(error) && lacking.length === 0) return cache.snapshot(last!);
    throw error;
  }
}

function needFiles(id: string, { kind, files }: HubOptions): void {
  if (kind === "dataset" && !files) fail(id, "`files` is missing, which a data set needs", "Give paths or a pattern.");
}

/**
 * Number of bytes that `fetchFromHub` would download with these options, from the hub's list of files. Errors: those of
 * `fetchFromHub`, except those of the files themselves.
 */
export async function bytesToFetch(id: string, options: HubOptions = {}): Promise<number> {
  needFiles(id, options);
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

/** Names of the files that the cache lacks for this commit. */
function missing(cache: RepoCache, commit: string, { files }: HubOptions): string[] {
  const lacks = (file: string) => cache.has(commit, file) !== "yes";
  // Only the hub's list shows which files match a pattern. When all of them have been fetched, `noteOf` is marked as
  // absent.
  if (files instanceof RegExp) return cache.has(commit, noteOf(files)) === "no" ? [] : [`all of ${files}`];
  if (files) return files.filter(lacks);
  const weights = !lacks(modelFiles.whole)
    ? []
    : lacks(modelFiles.index)
      ? [modelFiles.whole]
      : shards(cache.snapshot(commit)).filter(lacks);
  return [...modelFiles.needed.filter(lacks), ...weights];
}

/** A file name that is marked as absent when all files that match the pattern are in the cache. */
const noteOf = (files: RegExp) => `all-${createHash("sha256").update(String(files)).digest("hex").slice(0, 16)}`;

/** Whether the cache has everything for this commit, so that the hub need not be asked. */
const isSettled = (cache: RepoCache, commit: string, options: HubOptions) =>
  missing(cache, commit, options).length === 0 &&
  (options.files !== undefined || modelFiles.welcome.every(file => cache.has(commit, file) !== undefined));

/** The weight files in the index of a snapshot. */
function shards(snapshot: string): string[] {
  try {
    const { weight_map } = JSON.parse(fs.readFileSync(path.join(snapshot, modelFiles.index), "utf8"));
    return [...new Set(Object.values(weight_map as Record<string, string>))].map(String);
  } catch (error) {
    fail(
      path.join(snapshot, modelFiles.index),
      "it is not an index of weights",
      "Delete it and fetch the model again.",
      error,
    );
  }
}

async function downloadAll(cache: RepoCache, commit: string, context: HubContext, { files, onProgress }: HubOptions) {
  const listed = await listRepo(context, commit);
  const wanted = files instanceof RegExp ? matching(listed, files, context) : (files ?? choose(listed, context));
  const find = (file: string) =>
    listed.get(checkFileName(whereOf(context), file)) ??
    fail(whereOf(context), `there is no file ${file}`, `There are ${[...listed.keys()].slice(0, 20).join(", ")}.`);
  const hasIndex = !files && wanted.includes(modelFiles.index);
  if (hasIndex) await download(cache, commit, find(modelFiles.index), context, () => {});
  const all = [...wanted, ...(hasIndex ? shards(cache.snapshot(commit)) : [])].map(find);
  for (const file of all) refusePickle(file.path, context);
  const total = all.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  for (const file of all) {
    await download(cache, commit, file, context, bytes => onProgress?.(before + bytes, total));
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

async function download(
  cache: RepoCache,
  commit: string,
  file: HubFile,
  context: HubContext,
  onBytes: (bytes: number) => void,
) {
  const there = path.join(cache.snapshot(commit), file.path);
  if (fs.existsSync(there) && fs.statSync(there).size === file.bytes) return onBytes(file.bytes);
  const prefix = context.kind === "model" ? [] : ["datasets"];
  const address = [...prefix, context.id, "resolve", commit, ...file.path.split("/").map(encodeURIComponent)].join("/");
  const blob = cache.blob(file.checksum);
  await downloadBlob(`${context.settings.endpoint}/${address}`, file, blob, context, onBytes);
  cache.link(commit, file.path, blob);
}
