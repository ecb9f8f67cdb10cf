import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { failure } from "../failure.mjs";
import { readJson, writeJson } from "../files.mjs";

const folders = ["src", "experiments", "kernel", "data", "test", "scripts"];

/** Step: compiles the TypeScript sources if one of them changed since the last build without errors. */
export async function buildSources({ repo, setupFolder, run, tell }) {
  const stamp = path.join(setupFolder, "build.json");
  const sources = listSources(repo);
  const built = readJson(stamp) ?? {};
  const dist = path.join(repo, "dist");
  if (existsSync(dist) && JSON.stringify(built) === JSON.stringify(sources)) return {};
  // Output of deleted files must not stay and run.
  if (Object.keys(built).some(file => !(file in sources))) rmSync(dist, { recursive: true, force: true });
  tell("compiling");
  const compiler = path.join(repo, "node_modules/typescript/bin/tsc");
  const { code, stdout, tail } = await run(process.execPath, [compiler, "-p", "tsconfig.json"], { cwd: repo });
  if (code !== 0)
    throw failure(
      `The sources do not compile:\n${stdout || tail.join("\n")}`,
      "fix them; `npm run build` shows the same errors.",
    );
  writeJson(stamp, sources);
  return { did: `${Object.keys(sources).length} sources` };
}

/** The sources of the build, each with its size and time. */
function listSources(repo) {
  const names = ["tsconfig.json", "package-lock.json"];
  for (const folder of folders.filter(name => existsSync(path.join(repo, name))))
    for (const name of readdirSync(path.join(repo, folder), { recursive: true }))
      if (name.endsWith(".ts")) names.push(path.join(folder, name));
  const describe = name => {
    const { size, mtimeMs } = statSync(path.join(repo, name));
    return [name, `${size} ${mtimeMs}`];
  };
  return Object.fromEntries(names.sort().map(describe));
}
