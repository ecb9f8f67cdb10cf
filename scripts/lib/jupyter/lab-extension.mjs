import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { failure } from "../failure.mjs";
import { readJson, writeJson } from "../files.mjs";

const name = "tokenwise-lab";

/** The folder in which JupyterLab and Notebook 7 find our renderers, inside a data folder. */
export const extensionFolder = folder => path.join(folder, "labextensions", name);

const builtFolder = repo => path.join(repo, "dist/lab-extension");

/**
 * Compiles kernel/lab-extension to ES modules in dist/lab-extension. Types were checked by the main build, so each file
 * is only transpiled. Returns whether anything changed.
 */
export function buildLabExtension(repo) {
  const folder = path.join(repo, "kernel/lab-extension");
  const sources = readdirSync(folder).map(file => [file, readFileSync(path.join(folder, file), "utf8")]);
  const stamp = path.join(builtFolder(repo), "build.json");
  const key = hashOf(sources);
  if (readJson(stamp)?.key === key) return false;
  const ts = createRequire(path.join(repo, "package.json"))("typescript");
  const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };
  rmSync(builtFolder(repo), { recursive: true, force: true });
  mkdirSync(builtFolder(repo), { recursive: true });
  for (const [file, text] of sources) {
    const { outputText } = ts.transpileModule(text, { compilerOptions });
    writeFileSync(path.join(builtFolder(repo), file.replace(/\.ts$/, ".js")), outputText);
  }
  writeJson(stamp, { key });
  return true;
}

/**
 * Installs the built renderers with Plotly into a data folder of Jupyter, as a prebuilt extension, so that JupyterLab
 * has nothing to build. Returns whether anything changed. Errors: they have not been built.
 */
export function installLabExtension(repo, folder) {
  const built = builtFolder(repo);
  if (!existsSync(built)) throw failure(`${built} is missing.`, "run `npm run build` in the repository.");
  const files = readdirSync(built)
    .filter(file => file.endsWith(".js"))
    .map(file => [file, readFileSync(path.join(built, file))]);
  const library = createRequire(path.join(repo, "package.json")).resolve("plotly.js-dist/package.json");
  // Browsers cache what they loaded, so other contents need another address.
  const assets = `static/${hashOf([...files, ["plotly", readJson(library).version]]).slice(0, 16)}`;
  const manifest = {
    name,
    version: readJson(path.join(repo, "package.json")).version,
    description: "Plotly figures, texts coloured by token reward, preference lists",
    license: "Apache-2.0",
    jupyterlab: {
      mimeExtension: true,
      _build: { load: `${assets}/remote-entry.js`, mimeExtension: "./mimeExtension" },
    },
  };
  const own = extensionFolder(folder);
  if (JSON.stringify(readJson(path.join(own, "package.json"))) === JSON.stringify(manifest)) return false;

  const unfinished = `${own}.${process.pid}.tmp`;
  mkdirSync(path.join(unfinished, assets), { recursive: true });
  for (const [file, content] of files) writeFileSync(path.join(unfinished, assets, file), content);
  const plotly = readFileSync(path.join(path.dirname(library), "plotly.js"));
  writeFileSync(path.join(unfinished, assets, "plotly.js.gz"), gzipSync(plotly));
  writeJson(path.join(unfinished, "package.json"), manifest);
  rmSync(own, { recursive: true, force: true });
  renameSync(unfinished, own);
  return true;
}

/** Removes the renderers if they are there. */
export function uninstallLabExtension(folder) {
  rmSync(extensionFolder(folder), { recursive: true, force: true });
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const [file, content] of files) hash.update(file).update("\0").update(content).update("\0");
  return hash.digest("hex");
}
