import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { readJson } from "./files.mjs";
import { prefixFolder } from "./jupyter/folders.mjs";
import { kernelFolder, kernelSpec } from "./jupyter/kernelspec.mjs";
import { extensionFolder } from "./jupyter/lab-extension.mjs";
import { megabytes } from "./progress.mjs";
import { checkFile, readSources, sourceFolder } from "./sources.mjs";
import { isSupportedNode } from "./steps/node-version.mjs";
import { missingPackages, npmCommand } from "./steps/packages.mjs";
import { tensorflowFolder, tensorflowVersion } from "./steps/tensorflow.mjs";

const setUp = "npm run setup";

/**
 * Checks everything that the commands need. A finding is { name, value } if it is right; with a `remedy` it is wrong
 * and breaks something; with a `hint` it works, but could be better.
 */
export async function diagnose(context) {
  const groups = [versions, engine, jupyter, browser, files];
  const findings = [];
  for (const check of groups) findings.push(...(await check(context)));
  return findings;
}

async function versions({ repo, run }) {
  const node = process.versions.node;
  const [command, ...first] = npmCommand();
  const npm = await run(command, [...first, "--version"]);
  const missing = missingPackages(repo);
  const version = name => readJson(path.join(repo, "node_modules", name, "package.json"))?.version ?? "not installed";
  const libraries = ["@tensorflow/tfjs", "tslab", "typescript"].map(name => `${name} ${version(name)}`);
  return [
    {
      name: "Node",
      value: node,
      remedy: isSupportedNode(node) ? undefined : "install Node 20.19 or later from https://nodejs.org",
    },
    {
      name: "npm",
      value: npm.stdout.trim() || "not found",
      remedy: npm.code === 0 ? undefined : "install Node with npm",
    },
    {
      name: "packages",
      value: missing.length === 0 ? libraries.join(", ") : `${missing.length} missing, such as ${missing[0]}`,
      remedy: missing.length === 0 ? undefined : setUp,
    },
  ];
}

async function engine({ repo, setupFolder, state, run }) {
  const library = tensorflowFolder(setupFolder, state.device);
  const native = {
    name: "TensorFlow",
    value: `${tensorflowVersion} in ${path.relative(repo, library)}`,
    hint: state.reason,
  };
  if (state.engine !== "native")
    Object.assign(native, { value: "not used", hint: state.reason ?? `not set up: ${setUp}` });
  else if (!existsSync(library)) Object.assign(native, { value: `${tensorflowVersion}, not there`, remedy: setUp });
  if (!existsSync(path.join(repo, "dist/src/index.js")))
    return [native, { name: "engine", value: "not built", remedy: setUp }];

  const { code, stdout, tail } = await run(process.execPath, [path.join(repo, "scripts/lib/ask-engine.cjs")], {
    cwd: repo,
  });
  if (code !== 0) return [native, { name: "engine", value: `does not start: ${tail.join(" ")}`, remedy: setUp }];
  const report = JSON.parse(stdout.trim().split("\n").at(-1));
  const lost = state.engine === "native" && report.engine !== "native";
  return [
    native,
    { name: "engine", value: report.engine, remedy: lost ? `${report.passedOver[0]?.reason}; ${setUp}` : undefined },
    { name: "device", value: `${report.device}, ${report.cores} cores` },
  ];
}

async function jupyter({ repo, venv, run }) {
  const probe =
    "import sys, importlib.metadata as m; " +
    "print(sys.version.split()[0], m.version('jupyterlab'), m.version('nbclient'))";
  const { code, stdout } = await run(path.join(venv, "bin/python"), ["-c", probe]);
  if (code !== 0) return [{ name: "Python", value: ".venv is missing or not whole", remedy: setUp }];
  const [python, lab, client] = stdout.trim().split(" ");
  const found = readJson(path.join(kernelFolder(prefixFolder(venv)), "kernel.json"));
  const renderers = readJson(path.join(extensionFolder(prefixFolder(venv)), "package.json"));
  const right = JSON.stringify(found) === JSON.stringify(kernelSpec(repo));
  return [
    { name: "Python", value: `${python}, jupyterlab ${lab}, nbclient ${client}` },
    {
      name: "kernel",
      value: found ? `${found.display_name}${right ? "" : ", of another Node or folder"}` : "not registered",
      remedy: right ? undefined : setUp,
    },
    renderers
      ? { name: "renderers", value: `${renderers.name} ${renderers.version}` }
      : { name: "renderers", value: "not installed: JupyterLab shows figures and rewards as HTML", hint: setUp },
  ];
}

async function browser({ repo }) {
  const finder = path.join(repo, "dist/src/figures/find-browser.js");
  if (!existsSync(finder)) return [];
  const hint = "install Chromium, Chrome or Edge, to save figures as SVG, PNG and PDF; .html and .json need none";
  try {
    const found = createRequire(import.meta.url)(finder).findBrowser();
    return [{ name: "browser", value: found ?? "none found", hint: found ? undefined : hint }];
  } catch (error) {
    return [{ name: "browser", value: error.message, hint }];
  }
}

async function files({ repo, cache }) {
  const findings = [{ name: "cache", value: cache }];
  for (const source of readSources(repo)) {
    const folder = sourceFolder(cache, source);
    const remedy = source.optional ? `${setUp} -- --with ${source.name}` : setUp;
    if (source.optional && !existsSync(folder)) {
      findings.push({ name: source.name, value: `not fetched, as it is optional: ${remedy}` });
      continue;
    }
    for (const file of source.files) {
      const state = await checkFile(folder, file, { afresh: true });
      const said = { ok: "checksum ok", missing: "not there", wrong: "wrong size or checksum" }[state];
      const value = `${file.name}, ${megabytes(file.bytes)} MB, ${said}`;
      findings.push({ name: source.name, value, remedy: state === "ok" ? undefined : remedy });
    }
  }
  return findings;
}
