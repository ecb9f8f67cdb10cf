import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { failure, runMain } from "./lib/failure.mjs";
import { repo } from "./lib/paths.mjs";
import { prepare } from "./lib/prepare.mjs";
import { foreground } from "./lib/processes.mjs";
import { installTorch } from "./lib/steps/torch.mjs";

// npm run bench -- [NAME] [ARGUMENTS OF THE BENCHMARK]: one benchmark of scripts/bench, or all of them.
await runMain(async () => {
  const args = process.argv.slice(2);
  const chosen = args[0]?.startsWith("-") ? undefined : args.shift();
  const measuresPyTorch = !chosen || existsSync(path.join(repo, `scripts/bench/${chosen}_peer.py`));
  const { peer } = await prepare({ more: measuresPyTorch ? [["PyTorch peer", installTorch]] : [] });
  const folder = path.join(repo, "dist/scripts/bench");
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter(name => name.endsWith(".js"))
        .map(name => path.basename(name, ".js"))
        .sort()
    : [];
  if (chosen ? !names.includes(chosen) : names.length === 0)
    throw failure(
      `There is no benchmark ${chosen ?? "in scripts/bench"}.`,
      `there are: ${names.join(", ") || "none yet"}.`,
    );
  for (const name of chosen ? [chosen] : names) {
    const code = await foreground(process.execPath, [path.join(folder, `${name}.js`), ...args], {
      cwd: repo,
      env: { TOKENWISE_BENCH_PYTHON: peer },
    });
    if (code !== 0) return code;
  }
});
