import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { failure, runMain } from "./lib/failure.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";
import { installTorch } from "./lib/steps/torch.mjs";

const names = readdirSync(path.join(repo, "scripts/bench"))
  .filter(name => name.endsWith(".ts"))
  .map(name => path.basename(name, ".ts"))
  .sort();

// npm run bench -- [NAME] [ARGUMENTS OF THE BENCHMARK]: runs one benchmark of scripts/bench, or all of them.
await runMain(async () => {
  const args = process.argv.slice(2);
  if (args.some(own => ["--help", "-h"].includes(own)))
    return void console.log(
      [
        "npm run bench -- [NAME] [--json]",
        `Runs a benchmark, or all of them: ${names.join(", ")}.`,
        "What each measures: docs/benchmarks.md",
      ].join("\n"),
    );
  const chosen = args[0]?.startsWith("-") ? undefined : args.shift();
  if (chosen && !names.includes(chosen))
    throw failure(`There is no benchmark ${chosen}.`, `there are: ${names.join(", ")}.`);
  const measuresPyTorch = !chosen || existsSync(path.join(repo, `scripts/bench/${chosen}_peer.py`));
  const { peer } = await prepare({ more: measuresPyTorch ? [["PyTorch peer", installTorch]] : [] });
  for (const name of chosen ? [chosen] : names) {
    const code = await foreground(process.execPath, [path.join(repo, "dist/scripts/bench", `${name}.js`), ...args], {
      cwd: repo,
      env: { TOKENWISE_BENCH_PYTHON: peer },
    });
    if (code !== 0) return code;
  }
});
