import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { failure } from "../failure.mjs";
import { readJson, writeWhole } from "../files.mjs";

export const defaultName = "tokenwise";
export const defaultTitle = "TypeScript (tokenwise)";

/** The folder in which Jupyter finds the kernel `name`, inside a data folder. */
export const kernelFolder = (folder, name = defaultName) => path.join(folder, "kernels", name);

/** The same for a name from the user; `..` would be another folder. */
function namedFolder(folder, name) {
  if (!/^(?!\.+$)[a-z0-9._-]+$/i.test(name))
    throw failure(`--name: Jupyter does not take "${name}".`, "use letters, digits, `.`, `-` and `_`.");
  return kernelFolder(folder, name);
}

/** The content of kernel.json: starts the kernel with this Node from the package in `repo`, by absolute paths. */
export const kernelSpec = (repo, { title = defaultTitle, env = {} } = {}) => ({
  argv: [process.execPath, path.join(repo, "dist/kernel/main.js"), "{connection_file}"],
  display_name: title,
  language: "typescript",
  interrupt_mode: "message",
  env,
  metadata: {
    debugger: true,
    supported_encryption: "curve", // makes jupyter_client send keys if its transport_encryption is "auto"
    tokenwise: { version: readJson(path.join(repo, "package.json")).version },
  },
});

/**
 * Writes the kernelspec `name` into a data folder of Jupyter. `title` is the name in menus, `env` has environment
 * variables for the kernel. Returns whether anything changed.
 *
 * Errors: a name that Jupyter does not accept; a kernel of this name that is not ours.
 */
export function installKernel(repo, folder, { name = defaultName, title, env } = {}) {
  const own = namedFolder(folder, name);
  const file = path.join(own, "kernel.json");
  if (existsSync(file) && !isOurs(readJson(file)))
    throw failure(`${own} is another program's kernel.`, "give another --name, or remove that one first.");
  const text = `${JSON.stringify(kernelSpec(repo, { title, env }), null, 2)}\n`;
  const logo = path.join(repo, "kernel/logo-svg.svg");
  mkdirSync(own, { recursive: true });
  copyFileSync(logo, path.join(own, "logo-svg.svg"));
  if (existsSync(file) && readFileSync(file, "utf8") === text) return false;
  writeWhole(file, text);
  return true;
}

/** Removes the kernelspec `name` from a data folder. Errors: it is missing, or is not ours. */
export function uninstallKernel(folder, name = defaultName) {
  const own = namedFolder(folder, name);
  const spec = readJson(path.join(own, "kernel.json"));
  if (!spec)
    throw failure(`There is no kernel ${name} in ${folder}.`, "`npx tokenwise kernel list` shows what there is.");
  if (!isOurs(spec))
    throw failure(`${own} is another program's kernel.`, "remove it with `jupyter kernelspec remove`.");
  rmSync(own, { recursive: true });
}

/** Our kernels in a data folder: { name, folder, spec } each. */
export function installedKernels(folder) {
  const kernels = path.join(folder, "kernels");
  if (!existsSync(kernels)) return [];
  return readdirSync(kernels)
    .sort()
    .map(name => ({ name, folder: path.join(kernels, name), spec: readJson(path.join(kernels, name, "kernel.json")) }))
    .filter(({ spec }) => isOurs(spec));
}

const isOurs = spec => spec?.metadata?.tokenwise !== undefined || /\btokenwise\b/.test(spec?.display_name ?? "");
