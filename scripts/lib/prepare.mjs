import { mkdirSync } from "node:fs";
import { readJson } from "./files.mjs";
import { takeLock } from "./lock.mjs";
import { cacheFolder, repo, setupFolder, stateFile, venv } from "./paths.mjs";
import { createRunner } from "./processes.mjs";
import { createProgress } from "./progress.mjs";
import { chooseSources, readSources } from "./sources.mjs";
import { buildSources } from "./steps/build.mjs";
import { installEngine } from "./steps/engine.mjs";
import { installKernels } from "./steps/kernels.mjs";
import { installKernelSpec } from "./steps/kernelspec.mjs";
import { checkNode } from "./steps/node-version.mjs";
import { installPackages } from "./steps/packages.mjs";
import { installPython } from "./steps/python.mjs";
import { installRenderers } from "./steps/renderers.mjs";
import { installSource } from "./steps/sources.mjs";

/**
 * The whole set-up. Every step checks first and does only what is missing, so it can be killed and run again at any
 * moment.
 *
 * `choice`: "cpu", "gpu" or "wasm" (default: the last choice, else the best available). `extra`: names of optional
 * sources to fetch as well. `again`: repeats what failed before. `verbose`: also shows what was ready. `more`: a
 * command's own steps, [title, work] each. Returns the context of the steps, { python?, cache, state, … }, where state
 * is the content of state.json.
 */
export async function prepare({ choice, extra = [], again = false, verbose = false, more = [] } = {}) {
  const sources = chooseSources(readSources(repo), extra);
  const progress = createProgress({ verbose });
  await checkNode();
  mkdirSync(setupFolder, { recursive: true });
  const lock = await takeLock(setupFolder, {
    onWait: pid => progress.write(`  waiting for another set-up of this folder (process ${pid})`),
  });
  const run = createRunner({ onStart: lock.child });
  const context = {
    repo,
    venv,
    setupFolder,
    cache: cacheFolder(),
    choice,
    again,
    run,
    state: readJson(stateFile) ?? {},
  };
  const step = (title, work) => progress.step(title, tell => work(Object.assign(context, { tell })));
  try {
    await step("npm packages", installPackages);
    await step("Python", installPython);
    await step("native engine", installEngine);
    await step("fast kernels", installKernels);
    await step("Jupyter kernel", installKernelSpec);
    for (const source of sources) await step(source.name, () => installSource(context, source));
    await step("build", buildSources);
    await step("JupyterLab renderers", installRenderers);
    for (const [title, work] of more) await step(title, work);
    return context;
  } finally {
    lock.release();
  }
}
