import { prefixFolder } from "../jupyter/folders.mjs";
import { defaultTitle, installKernel } from "../jupyter/kernelspec.mjs";

/** Step: registers our kernel in the project's Python environment. */
export async function installKernelSpec({ repo, venv, python }) {
  return python && installKernel(repo, prefixFolder(venv)) ? { did: defaultTitle } : {};
}
