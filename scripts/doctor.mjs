import { diagnose } from "./lib/diagnose.mjs";
import { runMain } from "./lib/failure.mjs";
import { readJson } from "./lib/files.mjs";
import { readOptions } from "./lib/options.mjs";
import { cacheFolder, repo, setupFolder, stateFile, venv } from "./lib/paths.mjs";
import { createRunner } from "./lib/processes.mjs";

await runMain(async () => {
  const usage = "npm run doctor\nShows what the set-up installed, what is wrong, and how to fix it.";
  const { values, help } = readOptions(process.argv.slice(2), { usage, options: {} });
  if (values.help) return void console.log(help);
  const state = readJson(stateFile) ?? {};
  const findings = await diagnose({ repo, venv, setupFolder, state, cache: cacheFolder(), run: createRunner() });
  for (const { name, value, remedy, hint } of findings) {
    console.log(`${remedy ? "✗" : hint ? "!" : "✓"} ${name.padEnd(14)} ${value}`);
    if (remedy ?? hint) console.log(`  ${"".padEnd(14)} → ${remedy ?? hint}`);
  }
  const wrong = findings.filter(({ remedy }) => remedy).length;
  console.log(wrong === 0 ? "\nEverything needed is in place." : `\n${wrong} to fix; see the arrows.`);
  return wrong === 0 ? 0 : 1;
});
