import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { failure } from "../failure.mjs";
import { readJson, sha256, writeJson } from "../files.mjs";
import { pip, withProgress } from "../pip.mjs";

const oldest = [3, 10];
const names = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];
const without =
  "the model, the data, the native engine and the notebooks need it; the library itself works without, on the wasm engine";

/**
 * Step: makes the Python environment with JupyterLab and the notebook runner. `context.python` becomes its interpreter, or stays
 * undefined when the machine has no usable Python. The record in the environment is written last; one without it is made anew.
 */
export async function installPython(context) {
  const { repo, venv, run, tell } = context;
  const python = path.join(venv, "bin/python");
  const stamp = path.join(venv, "tokenwise.json");
  const requirements = path.join(repo, "scripts/requirements.txt");
  const wanted = { folder: venv, requirements: sha256(readFileSync(requirements)) };
  const found = existsSync(python) ? readJson(stamp) : null;
  if (found?.folder === wanted.folder && found.requirements === wanted.requirements) {
    context.python = python;
    return {};
  }
  const base = await findPython(run);
  if (base.remedy) return { warning: `${base.problem}: ${without}. ${base.remedy}` };
  if (found?.folder !== wanted.folder) await makeEnvironment(run, base.command, venv, tell);
  rmSync(stamp, { force: true });
  const pinnedPip = /^pip==\S+$/m.exec(readFileSync(requirements, "utf8"))[0];
  await install(run, python, [pinnedPip], tell);
  await install(run, python, [...withProgress, "-r", requirements], tell);
  writeJson(stamp, wanted);
  context.python = python;
  return { did: `Python ${base.version}, JupyterLab and the notebook runner in .venv` };
}

/** The first Python ≥ 3.10 on the PATH that can make environments: { command, version }, or { problem, remedy }. */
export async function findPython(run) {
  const probe = "import sys; print('.'.join(map(str, sys.version_info[:3])))\nimport venv, ensurepip";
  let seen = "Python was not found";
  for (const command of names) {
    const { code, stdout } = await run(command, ["-c", probe]);
    const version = stdout.trim();
    const [major, minor] = version.split(".").map(Number);
    if (!version) continue;
    if (major !== oldest[0] || minor < oldest[1]) seen = `Python ${version} is older than ${oldest.join(".")}`;
    else if (code === 0) return { command, version };
    else
      return {
        problem: `Python ${version} lacks its venv module`,
        remedy: "On Debian and Ubuntu: `apt install python3-venv`; then run the command again.",
      };
  }
  return { problem: seen, remedy: "Install Python 3.10 or later (on Debian and Ubuntu: `apt install python3-venv`)." };
}

async function makeEnvironment(run, command, venv, tell) {
  tell("making .venv");
  const { code, tail } = await run(command, ["-m", "venv", "--clear", venv]);
  if (code !== 0)
    throw failure(
      `${command} could not make ${venv}:\n  ${tail.join("\n  ")}`,
      "on Debian and Ubuntu `apt install python3-venv`; elsewhere check that the folder can be written.",
    );
}

async function install(run, python, args, tell) {
  const { code, tail } = await pip(run, python, ["install", ...args], { tell });
  if (code !== 0)
    throw failure(
      `pip install ${args.at(-1)} ended with code ${code}:\n  ${tail.join("\n  ")}`,
      "check that PyPI can be reached (behind a proxy set HTTPS_PROXY), then run the command again.",
    );
}
