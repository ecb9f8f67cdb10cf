#!/usr/bin/env node
import { existsSync } from "node:fs";
import path from "node:path";
import { failure, runMain } from "./lib/failure.mjs";
import { allFolders, chosenFolder } from "./lib/jupyter/folders.mjs";
import {
  defaultName,
  defaultTitle,
  installedKernels,
  installKernel,
  uninstallKernel,
} from "./lib/jupyter/kernelspec.mjs";
import { installLabExtension, uninstallLabExtension } from "./lib/jupyter/lab-extension.mjs";
import { readOptions } from "./lib/options.mjs";
import { repo } from "./lib/paths.mjs";

const folderOptions = {
  user: { type: "boolean", help: "for this user (default)" },
  "sys-prefix": { type: "boolean", help: "for the active Python environment" },
  prefix: { type: "string", help: "below a folder, in VALUE/share/jupyter" },
};
const name = { type: "string", default: defaultName, help: `Jupyter's name of the kernel (default ${defaultName})` };

const commands = {
  install: {
    usage: [
      "npx tokenwise kernel install [options]",
      "Registers the TypeScript kernel with Jupyter, and its renderers with JupyterLab and Notebook 7.",
    ].join("\n"),
    options: {
      ...folderOptions,
      name,
      "display-name": { type: "string", default: defaultTitle, help: `what the menus show (default ${defaultTitle})` },
      env: {
        type: "string",
        multiple: true,
        default: [],
        help: "NAME=VALUE, an environment variable of the kernel; may be repeated",
      },
    },
    run: install,
  },
  uninstall: {
    usage: "npx tokenwise kernel uninstall [options]\nRemoves it.",
    options: { ...folderOptions, name },
    run: uninstall,
  },
  list: {
    usage: "npx tokenwise kernel list\nShows where this kernel is registered.",
    options: {},
    run: list,
  },
};
const usage = `npx tokenwise kernel ${Object.keys(commands).join("|")} [options]; --help after a command shows more`;

await runMain(() => {
  const [group, verb, ...args] = process.argv.slice(2);
  if (["--help", "-h"].includes(group)) return void console.log(usage);
  const command = group === "kernel" && Object.hasOwn(commands, verb ?? "") ? commands[verb] : undefined;
  if (!command) throw failure(`"${[group, verb].filter(Boolean).join(" ")}" is not a command.`, usage);
  const { values, help } = readOptions(args, command);
  if (values.help) return void console.log(help);
  return command.run(values);
});

function install(options) {
  const program = path.join(repo, "dist/kernel/main.js");
  if (!existsSync(program)) throw failure(`${program} is missing.`, "run `npm run setup` in the repository.");
  if (repo.includes(`${path.sep}_npx${path.sep}`))
    throw failure(
      "npx runs a copy that it may remove.",
      "`npm install tokenwise` in a folder that stays, and run the command there.",
    );
  if (options["display-name"].trim() === "") throw failure("--display-name is empty.", "say what menus show.");
  const folder = chosenFolder(options);
  const env = Object.fromEntries(options.env.map(readVariable));
  writing(folder, () => {
    installKernel(repo, folder, { name: options.name, title: options["display-name"], env });
    installLabExtension(repo, folder);
  });
  console.log(
    `${options["display-name"]} is registered in ${folder}\n  kernel     ${options.name}\n  renderers  tokenwise-lab`,
  );
}

/** Runs `change` on the files in `folder`; errors of the file system become failures. */
function writing(folder, change) {
  try {
    return change();
  } catch (error) {
    if (error.syscall === undefined) throw error;
    throw failure(
      `${folder} cannot be changed: ${error.message}.`,
      "choose another folder: --user, --sys-prefix or --prefix.",
    );
  }
}

function readVariable(text) {
  const at = text.indexOf("=");
  if (at < 1) throw failure(`--env: "${text}" is not NAME=VALUE.`, "for example `--env TOKENWISE_ENGINE=wasm`.");
  return [text.slice(0, at), text.slice(at + 1)];
}

function uninstall(options) {
  const folder = chosenFolder(options);
  const last = writing(folder, () => {
    uninstallKernel(folder, options.name);
    const none = installedKernels(folder).length === 0;
    if (none) uninstallLabExtension(folder);
    return none;
  });
  console.log(`The kernel ${options.name}${last ? " and its renderers are" : " is"} no longer in ${folder}`);
}

function list() {
  const found = allFolders().flatMap(installedKernels);
  for (const kernel of found) {
    const own = kernel.spec.argv[1]?.startsWith(repo + path.sep);
    console.log(`${kernel.name.padEnd(16)} ${kernel.spec.display_name}${own ? "" : `, of ${kernel.spec.argv[1]}`}`);
    console.log(`  ${kernel.folder}`);
  }
  if (found.length === 0) console.log("Not registered where Jupyter looks: `npx tokenwise kernel install`");
}
