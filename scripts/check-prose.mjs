import { runMain } from "./lib/failure.mjs";
import { repo } from "./lib/paths.mjs";
import { wideLines } from "./lib/wide-lines.mjs";

// node scripts/check-prose.mjs: names the lines that are too wide, as FILE:LINE. Comments of .ts, .mjs, .cjs, .js, .py,
// .h and .cc, and prose and code blocks of .md and of notebooks have 120 columns, the code of notebooks has 100.
// Tables, lines that hold nothing but a link, lines of code with an address, and printed output (```text) may be wider.
await runMain(() => {
  const found = wideLines(repo);
  for (const line of found) console.error(line);
  console.log(found.length === 0 ? "No line is too wide." : `${found.length} lines are too wide.`);
  return found.length === 0 ? 0 : 1;
});
