import path from "node:path";
import { failure, runMain } from "./lib/failure.mjs";
import { repo, venvProgram } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";

// Passes its arguments to JupyterLab; without any, the main notebook opens.
await runMain(async () => {
  const { python } = await prepare();
  if (!python) throw failure("JupyterLab needs Python.", "see the set-up's message above.");
  const given = process.argv.slice(2);
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const server = ["--ServerApp.ip=127.0.0.1", `--ServerApp.root_dir=${repo}`, ...root];
  const args = ["lab", ...server, "--MultiKernelManager.default_kernel_name=tokenwise"];
  const opened = given.length > 0 ? given : [path.join(repo, "notebooks/04-prompt-generation.ipynb")];
  return foreground(venvProgram("jupyter"), [...args, ...opened], { cwd: repo });
});
