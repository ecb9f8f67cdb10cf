import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { failure } from "../failure.mjs";
import { readJson, writeJson } from "../files.mjs";
import { npmCommand } from "./packages.mjs";
import { tensorflowFolder, tensorflowVersion } from "./tensorflow.mjs";

const headersVersion = "1.9.0";
const compilers = [process.env.CXX, "g++", "clang++"].filter(Boolean);

/** Where tfjs-node-gpu loads its addon from. */
export const addonFolder = repo => path.join(repo, "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8");

/** What an addon was made from; it is made again when any of this changes. */
export const addonKey = (repo, setupFolder, device) => ({
  node: process.versions.node.split(".")[0],
  tensorflow: tensorflowVersion,
  library: path.join(tensorflowFolder(setupFolder, device), "tensorflow"),
  loader: readFileSync(path.join(repo, "scripts/native/load_tensorflow.cc"), "utf8"),
});

const stampFile = repo => path.join(addonFolder(repo), "built.json");

/** Whether the addon for `device` is there, complete and checked. */
export function isAddonReady({ repo, setupFolder }, device) {
  const wanted = JSON.stringify(addonKey(repo, setupFolder, device));
  return (
    existsSync(path.join(addonFolder(repo), "tfjs_binding.node")) &&
    JSON.stringify(readJson(stampFile(repo))) === wanted
  );
}

/** Removes the addon, so that nothing loads it. */
export const removeAddon = ({ repo }) => rmSync(addonFolder(repo), { recursive: true, force: true });

/** The first C++ compiler that answers, or null. */
export async function findCompiler(run) {
  for (const compiler of compilers) if ((await run(compiler, ["--version"])).code === 0) return compiler;
  return null;
}

/**
 * Compiles the addon of tfjs-node-gpu against libtensorflow, and the module that loads the latter, then multiplies two
 * matrices with them in a fresh Node. Returns { reason } if that fails, else { gpu: whether a GPU computes }.
 */
export async function buildAddon(context, device, compiler) {
  const { repo, setupFolder, run, tell } = context;
  const { library } = addonKey(repo, setupFolder, device);
  const headers = await nodeHeaders(context);
  removeAddon(context);
  mkdirSync(addonFolder(repo), { recursive: true });
  const common = ["-std=c++17", "-O2", "-shared", "-fPIC", "-DNAPI_VERSION=8", "-I", headers];
  const binding = path.join(repo, "node_modules/@tensorflow/tfjs-node-gpu/binding");
  const links = ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${library}`];
  const builds = {
    "load_tensorflow.node": [
      `-DTENSORFLOW_LIBRARY="${library}/libtensorflow_cc.so.2"`,
      path.join(repo, "scripts/native/load_tensorflow.cc"),
      "-ldl",
    ],
    "tfjs_binding.node": [
      ...["-I", binding, "-I", path.join(library, "include"), `-L${library}`],
      ...[path.join(binding, "tfjs_backend.cc"), path.join(binding, "tfjs_binding.cc"), ...links],
    ],
  };
  for (const [name, args] of Object.entries(builds)) {
    tell(`compiling ${name}`);
    const output = path.join(addonFolder(repo), name);
    const { code, tail } = await run(compiler, [...common, ...args, "-o", `${output}.tmp`]);
    if (code !== 0) return { reason: `${compiler} could not compile the addon:\n  ${tail.join("\n  ")}` };
    renameSync(`${output}.tmp`, output);
  }
  tell("trying it");
  const { code, stdout, tail } = await run(process.execPath, [path.join(repo, "scripts/lib/try-native.cjs")], {
    cwd: repo,
  });
  if (code !== 0) {
    removeAddon(context);
    return { reason: `the compiled addon does not load:\n  ${tail.join("\n  ")}` };
  }
  writeJson(stampFile(repo), addonKey(repo, setupFolder, device));
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** Headers of Node-API, the same for every Node, from the package of the Node project. */
export async function nodeHeaders({ setupFolder, run, tell }) {
  const prefix = path.join(setupFolder, `node-api-headers-${headersVersion}`);
  const folder = path.join(prefix, "node_modules/node-api-headers/include");
  if (existsSync(path.join(folder, "node_api.h"))) return folder;
  tell("downloading Node's headers");
  const [command, ...first] = npmCommand();
  const args = ["install", "--prefix", prefix, "--no-save", "--no-package-lock", `node-api-headers@${headersVersion}`];
  const { code, tail } = await run(command, [...first, ...args]);
  if (code !== 0)
    throw failure(
      `npm could not fetch Node's headers:\n  ${tail.join("\n  ")}`,
      "check that the npm registry can be reached (`npm ping`), then run the command again.",
    );
  return folder;
}
