import path from "node:path";
import { runMain } from "./lib/failure.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";

// node scripts/program.mjs PROGRAM [ARGUMENTS]: sets up what is missing, then runs the compiled PROGRAM.ts (a path in
// the repository).
await runMain(async () => {
  const [name, ...args] = process.argv.slice(2);
  await prepare();
  return foreground(process.execPath, [path.join(repo, "dist", `${name}.js`), ...args], { cwd: repo });
});
