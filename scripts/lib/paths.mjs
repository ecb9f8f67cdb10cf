import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const repo = path.resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** Where the set-up stores the record of its choices, libtensorflow and its lock. */
export const setupFolder = path.join(repo, ".setup");

/** The record that the set-up writes for `doctor` and the library: engine, device, folders. */
export const stateFile = path.join(setupFolder, "state.json");

/** The project's Python environment: JupyterLab, the notebook runner, our kernelspec. */
export const venv = path.join(repo, ".venv");

/** A program of the project's Python environment, e.g. `venvProgram("jupyter")`. */
export const venvProgram = name => path.join(venv, "bin", name);

/**
 * Where models and data are stored, outside the repository: TOKENWISE_HOME, else the XDG cache, else
 * ~/.cache/tokenwise.
 */
export function cacheFolder(env = process.env) {
  if (env.TOKENWISE_HOME) return path.resolve(env.TOKENWISE_HOME);
  return path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "tokenwise");
}
