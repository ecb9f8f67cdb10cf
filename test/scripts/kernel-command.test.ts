// `npx tokenwise kernel …`: what it writes for Jupyter, what it removes, what it refuses.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";

const { userFolder, chosenFolder } = require(inRepository("scripts/lib/jupyter/folders.mjs"));
const { buildLabExtension } = require(inRepository("scripts/lib/jupyter/lab-extension.mjs"));
buildLabExtension(inRepository());

function kernel(data: string, ...args: string[]) {
  const env = { ...process.env, JUPYTER_DATA_DIR: data, JUPYTER_PATH: "" };
  return spawnSync(process.execPath, [inRepository("scripts/tokenwise.mjs"), "kernel", ...args], {
    encoding: "utf8",
    env,
  });
}
const read = (...parts: string[]) => JSON.parse(fs.readFileSync(path.join(...parts), "utf8"));

test("a kernel is installed with its renderers, listed, and removed", t => {
  const data = temporaryFolder(t);
  const second = ["--name", "on-wasm", "--display-name", "TypeScript (wasm)", "--env", "TOKENWISE_ENGINE=wasm"];
  for (const args of [[], second, []]) assert.equal(kernel(data, "install", ...args).status, 0);

  const spec = read(data, "kernels/tokenwise/kernel.json");
  const [node, main, file] = spec.argv;
  assert.ok(path.isAbsolute(node) && fs.existsSync(main) && path.isAbsolute(main));
  assert.deepEqual([file, spec.language, spec.interrupt_mode], ["{connection_file}", "typescript", "message"]);
  assert.ok(fs.existsSync(path.join(data, "kernels/tokenwise/logo-svg.svg")));
  const { env, display_name } = read(data, "kernels/on-wasm/kernel.json");
  assert.deepEqual([env, display_name], [{ TOKENWISE_ENGINE: "wasm" }, "TypeScript (wasm)"]);

  const extension = path.join(data, "labextensions/tokenwise-lab");
  const { load } = read(extension, "package.json").jupyterlab._build;
  const files = fs.readdirSync(path.dirname(path.join(extension, load)));
  for (const name of [path.basename(load), "index.js", "plotly.js.gz"]) assert.ok(files.includes(name), name);
  assert.deepEqual(fs.readdirSync(path.join(data, "labextensions")), ["tokenwise-lab"]);

  assert.match(
    kernel(data, "list").stdout,
    /^on-wasm +TypeScript \(wasm\)\n .*\ntokenwise +TypeScript \(tokenwise\)\n/,
  );
  assert.equal(kernel(data, "uninstall").status, 0);
  assert.ok(fs.existsSync(extension), "another kernel of ours is there");
  assert.equal(kernel(data, "uninstall", "--name", "on-wasm").status, 0);
  assert.deepEqual([fs.readdirSync(path.join(data, "kernels")), fs.existsSync(extension)], [[], false]);
});

test("kernel.json has what front ends read, and nothing else", t => {
  const data = temporaryFolder(t);
  assert.equal(kernel(data, "install", "--env", "A=1").status, 0);
  const { argv, metadata, ...spec } = read(data, "kernels/tokenwise/kernel.json");
  // VS Code starts argv itself: a program by its absolute path, with the connection file. `language` is its TypeScript
  // id.
  assert.equal(argv.length, 3);
  fs.accessSync(argv[0], fs.constants.X_OK);
  const plain = { display_name: "TypeScript (tokenwise)", language: "typescript", interrupt_mode: "message" };
  assert.deepEqual(spec, { ...plain, env: { A: "1" } });
  // JupyterLab offers a debugger where `debugger` is true; jupyter_client makes keys where encryption is supported.
  assert.deepEqual([metadata.debugger, metadata.supported_encryption], [true, "curve"]);
});

test("impossible requests are refused by name", t => {
  const data = temporaryFolder(t);
  fs.mkdirSync(path.join(data, "kernels/other"), { recursive: true });
  fs.writeFileSync(path.join(data, "kernels/other/kernel.json"), JSON.stringify({ display_name: "Other" }));
  fs.writeFileSync(path.join(data, "kernels/file"), "");
  for (const [args, message] of [
    [[], /"kernel" is not a command/],
    [["remove"], /"kernel remove" is not a command[\s\S]*install\|uninstall\|list/],
    [["install", "--name", "a b"], /Jupyter does not take "a b"/],
    [["install", "--name", ".."], /Jupyter does not take "\.\."/],
    [["uninstall", "--name", ".."], /Jupyter does not take "\.\."/],
    [["install", "--name", "other"], /is another program's kernel/],
    [["uninstall", "--name", "other"], /is another program's kernel/],
    [["uninstall"], /There is no kernel tokenwise in /],
    [["install", "--user", "--prefix", data], /--user and --prefix exclude each other/],
    [["install", "--env", "X"], /"X" is not NAME=VALUE/],
    [["install", "--name", "file"], /cannot be changed: EEXIST/],
    [["install", "--display-name", " "], /--display-name is empty/],
    [["install", "--global"], /Unknown option '--global'[\s\S]*--sys-prefix/],
  ] as const) {
    const { status, stderr } = kernel(data, ...args);
    assert.equal(status, 1, args.join(" "));
    assert.match(stderr, message);
    assert.match(stderr, /What to do: /);
  }
});

test("the folders are those of jupyter_core", () => {
  const home = require("node:os").homedir();
  assert.equal(userFolder({}, "linux"), path.join(home, ".local/share/jupyter"));
  assert.equal(userFolder({ XDG_DATA_HOME: "/x" }, "linux"), "/x/jupyter");
  assert.equal(userFolder({}, "darwin"), path.join(home, "Library/Jupyter"));
  assert.equal(userFolder({ JUPYTER_DATA_DIR: "/d" }, "darwin"), "/d");
  assert.equal(chosenFolder({ prefix: "/opt/env" }), "/opt/env/share/jupyter");
});
