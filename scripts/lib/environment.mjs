import { existsSync, lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { failure } from "./failure.mjs";
import { readJson, writeJson } from "./files.mjs";
import { pip, withProgress } from "./pip.mjs";

const stamp = folder => path.join(folder, "tokenwise.json");

/** The interpreter of a Python environment. */
export const interpreter = folder => path.join(folder, "bin/python");

/** The record of what the project's Python environment has installed, with versions. */
export const requirementsFile = repo => path.join(repo, "scripts/requirements.txt");

/**
 * Whether the environment in `folder` is complete and was made for `content`, any JSON value that names what is
 * installed.
 */
export function isEnvironment(folder, content) {
  return (
    existsSync(interpreter(folder)) && JSON.stringify(readJson(stamp(folder))) === JSON.stringify({ folder, content })
  );
}

/**
 * Makes a Python environment in `folder` from the Python `base`, with the pinned pip and `pip install ...requirements`.
 * What was there is removed. The record that `isEnvironment` checks is written last. Errors: the module venv or pip
 * fails.
 */
export async function makeEnvironment({ repo, run, tell }, { base, folder, content, requirements }) {
  // A link may lead to a folder of someone else, and the folder is emptied below.
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
        "check that PyPI can be reached (behind a proxy set HTTPS_PROXY) and that 3 GB of disk are free, " +
          "then run the command again.",
      );
  }
  writeJson(stamp(folder), { folder, content });
}
