import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { type NotebookRunOptions, notebookRun } from "../../../kernel/tools/notebook-run";
import { temporaryFolder } from "../../temporary";

const settings = { toy: 1, quick: 2, standard: 3 };
const names = ["TOKENWISE_SETTING", "TOKENWISE_SEED", "TOKENWISE_RUN"];

/** Sets the three variables and works in a folder of this test's own until it ends. */
function within(t: TestContext, values: (string | undefined)[]): string {
  const [before, folder] = [process.cwd(), path.join(temporaryFolder(t), "notebooks")];
  mkdirSync(folder);
  const saved = names.map(name => process.env[name]);
  const set = (to: (string | undefined)[]) => {
    for (const [i, name] of names.entries())
      if (to[i] === undefined) delete process.env[name];
      else process.env[name] = to[i];
  };
  process.chdir(folder);
  set(values);
  t.after(() => {
    process.chdir(before);
    set(saved);
  });
  return process.cwd();
}

const table: [string, (string | undefined)[], NotebookRunOptions, string, number, number, string][] = [
  ["defaults", [], {}, "quick", 2, 0, "../runs/name-quick-seed0"],
  ["options", [], { setting: "standard", seed: 4 }, "standard", 3, 4, "../runs/name-standard-seed4"],
  ["the environment goes before options", ["toy", "7", "out/deep"], { setting: "standard" }, "toy", 1, 7, "out/deep"],
  ["empty variables are unset ones", ["", "", ""], { seed: 2 }, "quick", 2, 2, "../runs/name-quick-seed2"],
];
for (const [what, environment, options, settingName, setting, seed, folder] of table)
  test(what, t => {
    const runFolder = path.resolve(within(t, environment), folder);
    assert.deepEqual(notebookRun("name", settings, options), { settingName, setting, seed, runFolder });
    assert.ok(existsSync(runFolder));
  });

test("errors name what there is", t => {
  within(t, ["huge", "1"]);
  assert.throws(() => notebookRun("name", settings), /there is no setting "huge"\. Use one of toy, quick, standard/);
  process.env.TOKENWISE_SETTING = "toy";
  for (const seed of ["-1", "1.5", "one"]) {
    process.env.TOKENWISE_SEED = seed;
    assert.throws(() => notebookRun("name", settings), new RegExp(`notebookRun: the seed is ${seed}\\. Give a whole`));
  }
});
