import { failure, runMain } from "./lib/failure.mjs";
import { labArguments } from "./lib/jupyter/lab-arguments.mjs";
import { repo, venvProgram } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";

// npm run lab -- [FOLDER or NOTEBOOK] [options of JupyterLab]
await runMain(async () => {
  const { python } = await prepare();
  if (!python) throw failure("JupyterLab needs Python.", "see the set-up's message above.");
  const from = process.env.INIT_CWD ?? process.cwd(); // npm runs this in the package's folder
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const args = [...labArguments(process.argv.slice(2), { repo, from }), ...root];
  return foreground(venvProgram("jupyter"), args, { cwd: repo });
});
