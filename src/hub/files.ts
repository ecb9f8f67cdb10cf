// Which files a repository has.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "../core/errors";
import { checkOptions } from "../core/options";
import { askCommit, contextOf, type HubOptions, hubChecks } from "./context";
import { listRepo } from "./listing";
import { isUnreachable, whereOf } from "./request";

/**
 * Paths of the files of a model or data set: of the commit that a branch names now, or, where the hub cannot be
 * reached, of what the cache has.
 *
 * Errors: an unknown model, data set or revision; no access; nothing in the cache while the hub cannot be reached.
 */
export async function hubFiles(id: string, options: HubOptions = {}): Promise<string[]> {
  checkOptions("hubFiles", options, hubChecks);
  const { context, cache } = contextOf(id, options);
  const last = cache.commitOf(context.revision);
  const cached = last !== undefined && fs.existsSync(cache.snapshot(last)) ? filesBelow(cache.snapshot(last)) : [];
  if (context.settings.offline && cached.length > 0) return cached;
  if (context.settings.offline)
    fail(
      whereOf(context),
      `the cache in ${context.settings.cache} has none of it, and HF_HUB_OFFLINE is set`,
      "Unset it.",
    );
  try {
    return [...(await listRepo(context, await askCommit(context))).keys()];
  } catch (error) {
    if (isUnreachable(error) && cached.length > 0) return cached;
    throw error;
  }
}

const filesBelow = (folder: string) =>
  fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(name => !fs.statSync(path.join(folder, name)).isDirectory())
    .map(name => name.split(path.sep).join("/"));
