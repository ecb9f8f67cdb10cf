import { existsSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { failure, runMain } from "./lib/failure.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { countTests } from "./lib/test-counts.mjs";

const minutesPerFile = 20;

// Arguments choose test files: those whose path holds one of them. Without any, all run.
await runMain(async () => {
  const wanted = process.argv.slice(2);
  if (wanted.some(word => word.startsWith("-")))
    throw failure(
      `"${wanted.join(" ")}" holds an option.`,
      "give parts of test file names, e.g. `npm test -- core/random`.",
    );
  await prepare();
  const files = testFiles(wanted);
  if (files.length === 0)
    throw failure(`No test file has "${wanted.join('" or "')}" in its path.`, "see the files in test/.");

  process.chdir(repo);
  const concurrency = Math.min(4, os.availableParallelism());
  const events = run({ files, concurrency, timeout: minutesPerFile * 60_000 });
  const counts = countTests(events);
  const shown = events.compose(new spec());
  shown.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => shown.on("end", resolve).on("error", reject));
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});

function testFiles(wanted) {
  const root = path.join(repo, "dist/test");
  if (!existsSync(root)) return [];
  const files = readdirSync(root, { recursive: true }).filter(name => name.endsWith(".test.js"));
  return files
    .filter(name => wanted.length === 0 || wanted.some(word => path.join("test", name).includes(word)))
    .sort()
    .map(name => path.join(root, name));
}
