// node dist/experiments/dry-run.js TASK --setting NAME: what a run of the setting needs, and whether it is there.
// `npm start -- --dry-run` runs it. Exit status: 1 if a check fails.

import { parseArgs } from "node:util";
import * as tw from "../src";
import type { Quantity } from "./lib/plan";
import { planPrompts } from "./prompt/plan";
import { promptSetting } from "./prompt/settings";
import { planSummarization } from "./summarization/plan";
import { summarizationSetting } from "./summarization/settings";

async function main() {
  const { values, positionals } = parseArgs({
    options: { setting: { type: "string", default: "quick" } },
    allowPositionals: true,
  });
  const [task = "prompt"] = positionals;
  await tw.selectBackend();
  const { checks, memory, steps } = await (task === "summarization"
    ? planSummarization(summarizationSetting(values.setting))
    : planPrompts(promptSetting(values.setting)));
  for (const { what, state, found } of checks) console.log(`${state.padEnd(9)} ${what}: ${found}`);
  section(
    "Memory",
    [...memory, { what: "total", amount: memory.reduce((sum, { amount }) => sum + amount, 0) }],
    inMegabytes,
  );
  section("Steps", steps, amount => amount.toLocaleString("en"));
  const wrong = checks.filter(({ state }) => state === "wrong");
  if (wrong.length > 0) throw new Error(`${task}, ${values.setting}: ${wrong.length} of the checks failed.`);
  const ready = checks.every(({ state }) => state === "ready");
  console.log(ready ? "\nReady to run." : "\nThe setting is consistent; see above for what is not here yet.");
}

const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;

function section(title: string, rows: Quantity[], format: (amount: number) => string) {
  if (rows.length === 0) return;
  console.log(`\n${title}`);
  for (const { what, amount } of rows) console.log(`  ${what.padEnd(60)} ${format(amount).padStart(14)}`);
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
