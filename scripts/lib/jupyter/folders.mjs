import { spawnSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { failure } from "../failure.mjs";

/** The user's data folder of Jupyter, by the rules of jupyter_core. */
export function userFolder(env = process.env, platform = process.platform) {
  if (env.JUPYTER_DATA_DIR) return path.resolve(env.JUPYTER_DATA_DIR);
  if (platform === "darwin") return path.join(os.homedir(), "Library/Jupyter");
  if (platform === "win32") return path.join(env.APPDATA ?? path.join(os.homedir(), ".jupyter", "data"), "jupyter");
  return path.join(env.XDG_DATA_HOME || path.join(os.homedir(), ".local/share"), "jupyter");
}

/** The data folder of an installation: a Python environment, /usr/local, … */
export const prefixFolder = prefix => path.join(path.resolve(prefix), "share/jupyter");

/** The data folder of the Python on the PATH (an active environment's, if there is one); undefined without Python. */
export function pythonFolder() {
  for (const command of ["python3", "python"]) {
    const { status, stdout } = spawnSync(command, ["-c", "import sys; print(sys.prefix)"], { encoding: "utf8" });
    if (status === 0) return prefixFolder(stdout.trim());
  }
  return undefined;
}

/** The folder that the options `user`, `sys-prefix` and `prefix` choose; without any, the user's. */
export function chosenFolder(options) {
  const given = ["user", "sys-prefix", "prefix"].filter(name => options[name]);
  if (given.length > 1) throw failure(`--${given.join(" and --")} exclude each other.`, "give one of them.");
  if (options.prefix) return prefixFolder(options.prefix);
  if (!options["sys-prefix"]) return userFolder();
  const folder = pythonFolder();
  if (folder) return folder;
  throw failure("--sys-prefix: there is no Python on the PATH.", "activate its environment, or give --prefix DIR.");
}

/** All folders in which Jupyter looks for kernels and extensions, by precedence. */
export function allFolders(env = process.env) {
  const given = (env.JUPYTER_PATH ?? "").split(path.delimiter).filter(Boolean);
  const shared = process.platform === "win32" ? [] : ["/usr/local", "/usr"].map(prefixFolder);
  return [...new Set([...given, userFolder(env), pythonFolder(), ...shared].filter(Boolean))];
}
