// What the steps of the set-up find, report and repair, with folders and commands made for the test.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

const load = (name: string) => require(path.join(process.cwd(), "scripts/lib", name));
const { createRunner, processMark } = load("processes.mjs");
const run = createRunner();

const root = fs.mkdtempSync(path.join(os.tmpdir(), "tokenwise-setup-"));
after(() => fs.rmSync(root, { recursive: true }));
const newFolder = () => fs.mkdtempSync(path.join(root, "x-"));
const write = (folder: string, name: string, text: string, mode = 0o644) => {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text, { mode });
};

test("the Nodes that can require ES modules are accepted", () => {
  const { isSupportedNode } = load("steps/node-version.mjs");
  const table = {
    "18.20.0": false,
    "20.18.3": false,
    "20.19.0": true,
    "21.7.0": false,
    "22.11.0": false,
    "22.12.0": true,
    "24.0.0": true,
  };
  for (const [version, wanted] of Object.entries(table)) assert.equal(isSupportedNode(version), wanted, version);
});

test("commands refuse unknown options, and list the known ones", () => {
  for (const [command, args, message] of [
    ["setup", ["--fast"], /Unknown option '--fast'[\s\S]*--wasm/],
    ["setup", ["--cpu", "--wasm"], /--cpu and --wasm exclude each other/],
    ["setup", ["--with", "bert"], /"bert" is unknown[\s\S]*minilm-l6/],
    ["start", ["--setting", "big"], /"big" is unknown[\s\S]*quick, standard, paper/],
    ["start", ["--seed", "x"], /"x" is not a whole number/],
    ["start", ["notebook"], /no task "notebook"[\s\S]*prompt, summarization/],
    ["notebooks", ["no-such"], /no notebook has "no-such" in its name[\s\S]*03-objectives/],
    ["notebooks", ["03", "--setting", "big"], /"big" is unknown[\s\S]*toy, quick/],
    ["test", ["--watch"], /"--watch" holds an option/],
    ["doctor", ["--mend"], /Unknown option '--mend'/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [`scripts/${command}.mjs`, ...args], { encoding: "utf8" });
    assert.equal(status, 1, `${command} ${args}`);
    assert.match(stderr, message);
    assert.match(stderr, /What to do: /);
  }
});

test("packages that are missing, incomplete or of another version are found", () => {
  const { missingPackages, linkOwnPackage } = load("steps/packages.mjs");
  const repo = newFolder();
  const packages = {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0", optional: true },
  };
  write(repo, "package-lock.json", JSON.stringify({ packages }));
  assert.deepEqual(missingPackages(repo), ["node_modules/a"]);
  write(repo, "node_modules/a/package.json", "{}");
  assert.deepEqual(missingPackages(repo), ["node_modules/a"], "npm's own record is written last");
  write(
    repo,
    "node_modules/.package-lock.json",
    JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }),
  );
  assert.deepEqual(missingPackages(repo), []);
  write(
    repo,
    "node_modules/.package-lock.json",
    JSON.stringify({ packages: { "node_modules/a": { version: "0.9.0" } } }),
  );
  assert.deepEqual(missingPackages(repo), ["node_modules/a"]);

  linkOwnPackage(repo);
  linkOwnPackage(repo);
  assert.equal(fs.realpathSync(path.join(repo, "node_modules/tokenwise")), fs.realpathSync(repo));
  write(repo, "scripts/tokenwise.mjs", 'console.log("the command");');
  const command = spawnSync(path.join(repo, "node_modules/.bin/tokenwise"), { encoding: "utf8" });
  assert.equal(command.stdout, "the command\n");
});

test("a Python that is missing, too old or without venv is named with its remedy", async () => {
  const { findPython } = load("steps/python.mjs");
  const script = (version: string, code: number) => `#!/bin/sh\necho ${version}\nexit ${code}\n`;
  for (const [programs, wanted] of [
    [{}, /Python was not found.*Install Python 3\.10 or later/],
    [{ python3: script("3.9.18", 0) }, /Python 3\.9\.18 is older than 3\.10/],
    [{ python3: script("3.12.1", 1) }, /Python 3\.12\.1 lacks its venv module.*apt install python3-venv/],
    [{ python3: script("3.9.18", 0), python: script("3.13.0", 0) }, /"command":"python","version":"3\.13\.0"/],
  ] as const) {
    const PATH = newFolder();
    for (const [name, text] of Object.entries(programs)) write(PATH, name, text, 0o755);
    const found = await findPython((command: string, args: string[]) => run(command, args, { env: { PATH } }));
    assert.match(JSON.stringify(found), wanted);
  }
});

test("without a compiler wasm is recorded with the reason, and --wasm removes a finished addon", async () => {
  const { installEngine } = load("steps/engine.mjs");
  const repo = newFolder();
  const addon = path.join(repo, "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node");
  const nothing = async () => ({ code: 127, stdout: "", tail: [] });
  const context = {
    repo,
    setupFolder: repo,
    python: "python",
    run: nothing,
    state: {} as Record<string, string>,
    tell() {},
  };
  assert.match(
    (await installEngine(context)).warning,
    process.platform === "linux" ? /apt install g\+\+/ : /Linux only/,
  );
  const recorded = JSON.parse(fs.readFileSync(path.join(repo, "state.json"), "utf8"));
  assert.deepEqual([recorded.choice, recorded.engine], ["cpu", "wasm"]);

  write(path.dirname(addon), "tfjs_binding.node", "");
  await installEngine({ ...context, choice: "wasm" });
  assert.equal(fs.existsSync(addon), false);
});

test("the lock of a killed set-up is taken over, and what it left running is ended", {
  skip: process.platform !== "linux",
}, async () => {
  const { takeLock } = load("lock.mjs");
  const folder = newFolder();
  const left = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  const ended = new Promise(resolve => left.on("exit", (_, signal) => resolve(signal)));
  const child = { pid: left.pid, mark: processMark(left.pid) };
  write(folder, "lock", JSON.stringify({ pid: process.pid, mark: "an earlier process with our number", child }));
  const lock = await takeLock(folder);
  assert.equal(await ended, "SIGTERM");

  let waits = 0;
  const second = takeLock(folder, { onWait: () => waits++, poll: 10 });
  setTimeout(lock.release, 50);
  (await second).release();
  assert.equal(waits, 1);
  assert.deepEqual(fs.readdirSync(folder), []);
});

test("tests are counted, not their files, suites or parents", () => {
  const { countTests } = load("test-counts.mjs");
  const events = new EventEmitter();
  const counts = countTests(events);
  const file = "/t/a.test.js";
  events.emit("test:pass", { name: "one", file, details: {} });
  events.emit("test:pass", { name: "two", file, skip: "why", details: {} });
  events.emit("test:pass", { name: "suite", file, details: { type: "suite" } });
  events.emit("test:pass", { name: file, file, details: {} });
  events.emit("test:fail", { name: "child", file, details: { error: { failureType: "testCodeFailure" } } });
  events.emit("test:fail", { name: "parent", file, details: { error: { failureType: "subtestsFailed" } } });
  events.emit("test:fail", { name: file, file, details: { error: { failureType: "testTimeoutFailure" } } });
  assert.deepEqual(counts, { passed: 1, failed: 2, skipped: 1 });
});
