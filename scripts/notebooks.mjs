import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { failure, runMain } from "./lib/failure.mjs";
import { readOptions, requireOneOf } from "./lib/options.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";
import { settings } from "./lib/settings.mjs";

const folder = path.join(repo, "notebooks");
const all = readdirSync(folder).filter(name => name.endsWith(".ipynb"));
/** The exit code of run_notebook.py after Ctrl-C. */
const stopped = 130;
const usage = `npm run notebooks -- [NAME…] [options]
Runs notebooks top to bottom and checks what they saved; goes on after one that fails. NAME is part of a notebook's
name, such as 03 or guidance; without any all run: ${all.map(name => path.basename(name, ".ipynb")).join(", ")}.
Options:`;

await runMain(async () => {
  const { values, positionals, help } = readOptions(process.argv.slice(2), {
    usage,
    allowPositionals: true,
    options: {
      setting: { type: "string", default: "quick", values: settings, help: "how long to learn (default quick)" },
      seed: { type: "string", default: "0", help: "seed of every random choice (default 0)" },
      out: { type: "string", help: "folder of the results (default runs/notebooks-SETTING-seedSEED)" },
    },
  });
  if (values.help) return void console.log(help);
  const { setting, seed } = values;
  requireOneOf("setting", setting, settings);
  if (!/^\d+$/.test(seed)) throw failure(`--seed: "${seed}" is not a whole number.`, "use 0, 1, 2, …");
  for (const word of positionals)
    if (!all.some(name => name.includes(word)))
      throw failure(`no notebook has "${word}" in its name.`, `use parts of ${all.join(", ")}.`);
  const names = all.filter(name => positionals.length === 0 || positionals.some(word => name.includes(word)));
  const out = path.resolve(values.out ?? path.join(repo, "runs", `notebooks-${setting}-seed${seed}`));

  const { python, state } = await prepare();
  if (!python) throw failure("There is no Python to run notebooks.", "see the set-up's message above.");
  if (state.engine === "wasm") console.error("! The wasm engine computes: expect several times the usual duration.");
  const { checkNotebook } = createRequire(import.meta.url)(path.join(repo, "dist/test/notebooks/checks.js"));

  const results = [];
  for (const [i, name] of names.entries()) {
    console.log(`\n=== ${name} (${i + 1} of ${names.length}), setting ${setting}`);
    const started = Date.now();
    const target = path.join(out, path.basename(name, ".ipynb"));
    const runner = [path.join(repo, "scripts/run_notebook.py"), path.join(folder, name)];
    const args = [...runner, "--out", target, "--setting", setting, "--seed", seed];
    const code = await foreground(python, args, { cwd: repo });
    const reason = code === 0 ? await wrongWith(checkNotebook(name, target, setting)) : reasonOf(code);
    results.push({ name, reason, seconds: Math.round((Date.now() - started) / 1000) });
    if (code === stopped) break;
  }
  report(results, names);
  if (results.at(-1).reason === reasonOf(stopped)) return stopped;
  return results.every(({ reason }) => reason === undefined) ? 0 : 1;
});

/** What an exit code of run_notebook.py other than 0 means. */
function reasonOf(code) {
  if (code === stopped) return "stopped";
  return code === 1 ? "a cell failed, or it could not start: see above" : `ended with code ${code}`;
}

/** The message of a check that fails; undefined where it passes. */
function wrongWith(check) {
  return check.then(
    () => undefined,
    error => error.message.trim(),
  );
}

/** A line for each notebook, and the counts. */
function report(results, names) {
  const passed = results.filter(({ reason }) => reason === undefined).length;
  console.log("");
  for (const { name, seconds, reason } of results)
    console.log(reason === undefined ? `✔ ${name}  ${seconds} s` : `✖ ${name}  ${seconds} s  ${reason}`);
  for (const name of names.slice(results.length)) console.log(`- ${name}  not run`);
  console.log(`${passed} passed, ${results.length - passed} failed`);
}
