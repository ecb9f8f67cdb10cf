import { prefixFolder } from "../jupyter/folders.mjs";
import { buildLabExtension, installLabExtension } from "../jupyter/lab-extension.mjs";

/** Step: builds our renderers and installs them into the JupyterLab of the project's Python environment. */
export async function installRenderers({ repo, venv, python }) {
  try {
    buildLabExtension(repo);
    return python && installLabExtension(repo, prefixFolder(venv))
      ? { did: "figures, token rewards, preferences" }
      : {};
  } catch (error) {
    return { warning: `${error.message}\n  JupyterLab shows figures and rewards as HTML instead.` };
  }
}
