import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { failure } from "../failure.mjs";
import { readJson } from "../files.mjs";

/** Step: installs the npm packages of the lock file, and makes `import "tokenwise"` work anywhere in the repository. */
export async function installPackages({ repo, run, tell }) {
  const did = missingPackages(repo).length > 0 ? await install(repo, run, tell) : undefined;
  linkOwnPackage(repo);
  return { did };
}

/**
 * Names of the packages of package-lock.json that node_modules lacks or has in another version, without those for other
 * systems.
 */
export function missingPackages(repo) {
  const wanted = readJson(path.join(repo, "package-lock.json"))?.packages ?? {};
  // npm writes this record last, so an interrupted installation has none.
  const installed = readJson(path.join(repo, "node_modules/.package-lock.json"))?.packages ?? {};
  return Object.keys(wanted).filter(
    name =>
      name !== "" &&
      !wanted[name].optional &&
      (installed[name]?.version !== wanted[name].version || !existsSync(path.join(repo, name, "package.json"))),
  );
}

async function install(repo, run, tell) {
  tell("downloading");
  const [command, ...first] = npmCommand();
  const errors = [];
  const onLine = line => {
    if (line.startsWith("npm error")) errors.push(line);
    else if (!line.startsWith("npm warn")) tell(line);
  };
  const { code, tail } = await run(command, [...first, "ci"], { cwd: repo, onLine });
  if (code === 127) throw failure("npm was not found.", "install Node with npm from https://nodejs.org.");
  if (code !== 0)
    throw failure(
      `npm ci ended with code ${code}:\n  ${(errors.length > 0 ? errors.slice(0, 10) : tail).join("\n  ")}`,
      "check that the npm registry can be reached (`npm ping`; behind a proxy set HTTPS_PROXY), " +
        "then run the command again.",
    );
  const count = Object.keys(readJson(path.join(repo, "node_modules/.package-lock.json"))?.packages ?? {}).length;
  return `${count} packages`;
}

/** The npm that runs this script, else the one on the PATH. */
export function npmCommand() {
  const running = process.env.npm_execpath;
  return running?.endsWith(".js") ? [process.execPath, running] : ["npm"];
}

/**
 * Links node_modules/tokenwise to the repository, with its command for `npx`. npm prunes such links, so every run
 * checks it.
 */
export function linkOwnPackage(repo) {
  const link = path.join(repo, "node_modules/tokenwise");
  const command = path.join(repo, "node_modules/.bin/tokenwise");
  mkdirSync(path.dirname(command), { recursive: true });
  rmSync(command, { force: true });
  writeFileSync(command, '#!/usr/bin/env node\nimport("../tokenwise/scripts/tokenwise.mjs");\n', { mode: 0o755 });
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(link) === "..") return;
  rmSync(link, { recursive: true, force: true });
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync("..", link);
}
