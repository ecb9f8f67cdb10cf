import { existsSync, lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { failure } from "./failure.mjs";
import { readJson, writeJson } from "./files.mjs";
import { pip, withProgress } from "./pip.mjs";

const stamp = folder => path.join(folder, "tokenwise.json");

/** The interpreter of a Python environment. */
export const interpreter = folder => path.join(folder, "bin/python");

/** The file of what the project's Python environment holds, each with its version. */
export const requirementsFile = repo => path.join(repo, "scripts/requirements.txt");

/** Whether the environment in `folder` is whole and holds `content`, any JSON value that names what was installed. */
export function isEnvironment(folder, content) {
  return (
    existsSync(interpreter(folder)) && JSON.stringify(readJson(stamp(folder))) === JSON.stringify({ folder, content })
  );
}

/**
 * Makes a Python environment in `folder` with the Python `base`, the pinned pip, and what `pip install ...requirements` brings. Anything
 * there before goes. The record that `isEnvironment` asks for is written last. Errors: the module venv or pip fail.
 */
export async function makeEnvironment({ repo, run, tell }, { base, folder, content, requirements }) {
  // What a link leads to may be someone else's, and is emptied below.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    throw failure(`${folder} is a link.`, "remove it; an environment of this folder's own is made in its place.");
  tell(`making ${path.basename(folder)}`);
  const made = await run(base, ["-m", "venv", "--clear", folder]);
  if (made.code !== 0)
    throw failure(
      `${base} could not make ${folder}:\n  ${made.tail.join("\n  ")}`,
      "on Debian and Ubuntu `apt install python3-venv`; elsewhere check that the folder can be written.",
    );
  const pinnedPip = /^pip==\S+$/m.exec(readFileSync(requirementsFile(repo), "utf8"))[0];
  for (const args of [[pinnedPip], [...withProgress, ...requirements]]) {
    const { code, tail } = await pip(run, interpreter(folder), ["install", ...args], { tell });
    if (code !== 0)
      throw failure(
        `pip install ${args.at(-1)} ended with code ${code}:\n  ${tail.join("\n  ")}`,
        "check that PyPI can be reached (behind a proxy set HTTPS_PROXY) and that 3 GB of disk are free, then run the command again.",
      );
  }
  writeJson(stamp(folder), { folder, content });
}
