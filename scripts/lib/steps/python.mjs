import { readFileSync } from "node:fs";
import { interpreter, isEnvironment, makeEnvironment, requirementsFile } from "../environment.mjs";

const oldest = [3, 10];
const names = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];
const withoutIt =
  "the model, the data, the native engine and the notebooks need it; " +
  "the library itself works without, on the wasm engine";

/**
 * Step: makes the Python environment with JupyterLab and the notebook runner. `context.python` becomes its interpreter,
 * or stays undefined if the machine has no usable Python.
 */
export async function installPython(context) {
  const { repo, venv: folder, run } = context;
  const requirements = requirementsFile(repo);
  const content = readFileSync(requirements, "utf8").trim().split("\n");
  if (isEnvironment(folder, content)) {
    context.python = interpreter(folder);
    return {};
  }
  const base = await findPython(run);
  if (base.remedy) return { warning: `${base.problem}: ${withoutIt}. ${base.remedy}` };
  await makeEnvironment(context, { base: base.command, folder, content, requirements: ["-r", requirements] });
  context.python = interpreter(folder);
  return { did: `Python ${base.version}, JupyterLab and the notebook runner in .venv` };
}

/** The first Python ≥ 3.10 on the PATH that can make environments: { command, version }, or { problem, remedy }. */
export async function findPython(run) {
  const probe = "import sys; print('.'.join(map(str, sys.version_info[:3])), flush=True)\nimport venv, ensurepip";
  let problem = "Python was not found";
  for (const command of names) {
    const { code, stdout } = await run(command, ["-c", probe]);
    const version = stdout.trim();
    if (!version) continue;
    const [major, minor] = version.split(".").map(Number);
    if (major === oldest[0] && minor >= oldest[1]) {
      if (code === 0) return { command, version };
      return {
        problem: `Python ${version} lacks its venv module`,
        remedy: "On Debian and Ubuntu: `apt install python3-venv`; then run the command again.",
      };
    }
    problem = `Python ${version} is older than ${oldest.join(".")}`;
  }
  return { problem, remedy: "Install Python 3.10 or later (on Debian and Ubuntu: `apt install python3-venv`)." };
}
