import path from "node:path";
import { runMain } from "./lib/failure.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";

// npm run seeds -- [OPTIONS]: the table of the README, see scripts/experiments/prompt-seeds.ts.
await runMain(async () => {
  await prepare();
  const program = path.join(repo, "dist/scripts/experiments/prompt-seeds.js");
  return foreground(process.execPath, [program, ...process.argv.slice(2)], { cwd: repo });
});
