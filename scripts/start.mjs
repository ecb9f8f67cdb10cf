import { readdirSync } from "node:fs";
import path from "node:path";
import { failure, runMain } from "./lib/failure.mjs";
import { readOptions, requireOneOf } from "./lib/options.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";
import { settings } from "./lib/settings.mjs";

const tasks = {
  prompt: {
    notebook: "notebooks/04-prompt-generation.ipynb",
    does: "learns prompts for a language model (the default)",
  },
  summarization: { notebook: "notebooks/05-summarization.ipynb", does: "trains a language model to summarize" },
};
const usage = `npm start -- [task] [options]
Sets up what is missing, then runs the notebook of a task:
${Object.entries(tasks)
  .map(([name, { notebook, does }]) => `  ${name.padEnd(15)}${does}: ${notebook}`)
  .join("\n")}
Options:`;

await runMain(async () => {
  const { values, positionals, help } = readOptions(process.argv.slice(2), {
    usage,
    allowPositionals: true,
    options: {
      setting: { type: "string", default: "quick", values: settings, help: "how long to learn (default quick)" },
      seed: { type: "string", default: "0", help: "seed of every random choice (default 0)" },
      out: { type: "string", help: "folder of the results (default runs/TASK-SETTING-seedSEED)" },
      "dry-run": { type: "boolean", help: "only check the setting, and tell what memory and steps it takes" },
    },
  });
  if (values.help) return void console.log(help);
  const [task = "prompt", more] = positionals;
  if (!Object.hasOwn(tasks, task) || more !== undefined)
    throw failure(`there is no task "${positionals.join(" ")}".`, `use one of ${Object.keys(tasks).join(", ")}.`);
  const { notebook } = tasks[task];
  requireOneOf("setting", values.setting, settings);
  if (!/^\d+$/.test(values.seed)) throw failure(`--seed: "${values.seed}" is not a whole number.`, "use 0, 1, 2, …");
  const { setting, seed } = values;
  const out = path.resolve(values.out ?? path.join(repo, "runs", `${task}-${setting}-seed${seed}`));

  const { python, state } = await prepare();
  if (values["dry-run"]) {
    const program = path.join(repo, "dist/experiments/dry-run.js");
    return foreground(process.execPath, [program, task, "--setting", setting], { cwd: repo });
  }
  if (!python)
    throw failure("The main job is a notebook, and there is no Python to run it.", "see the set-up's message above.");
  if (state.engine === "wasm") console.error("! The wasm engine computes: expect several times the usual duration.");
  const runner = path.join(repo, "scripts/run_notebook.py");
  const args = [runner, path.join(repo, notebook), "--out", out, "--setting", setting, "--seed", seed];
  const code = await foreground(python, args, { cwd: repo });
  if (code === 0) listResults(out);
  return code;
});

/** Names every file of the results. */
function listResults(out) {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = files.map(entry => path.relative(process.cwd(), path.join(entry.parentPath ?? entry.path, entry.name)));
  console.log(
    `\nResults:\n${paths
      .sort()
      .map(file => `  ${file}`)
      .join("\n")}`,
  );
}
