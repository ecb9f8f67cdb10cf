// The example of the README and of docs/preferences.md as it stands there, in a folder outside the repository.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, type TestContext, test } from "node:test";
import { cellSession } from "../kernel/cell-session";
import { inRepository } from "../repository";

/** The first block of a page in which this stands. */
function blockWith(text: string, ...page: string[]): string {
  const blocks = readFileSync(inRepository(...page), "utf8").matchAll(/```ts\n(.*?)```/gs);
  return [...blocks].map(([, code]) => code).find(code => code.includes(text)) ?? "";
}
const example = blockWith('"pairs.csv"', "README.md");
const sources = blockWith("mixLists", "docs", "preferences.md");

const directory = mkdtempSync(path.join(tmpdir(), "tokenwise-own-preferences-"));
process.chdir(directory);
const session = cellSession();
after(() => {
  session.close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

// Whoever says "good" is preferred to whoever says "bad".
const things = ["film", "song", "story", "meal", "book"];
const adverbs = ["very", "so", "really", "just"];
const pair = (i: number) => {
  const [thing, adverb] = [things[i % 5], adverbs[Math.floor(i / 5) % 4]];
  return [`How was the ${thing}?`, ` It was ${adverb} good.`, ` The ${thing} was ${adverb} bad.`];
};
const csv = (pairs: string[][]) =>
  [["prompt", "chosen", "rejected"], ...pairs].map(row => row.map(text => `"${text}"`).join(",")).join("\n");

test("the README and docs/preferences.md have the same example, of at most 15 lines", () => {
  assert.ok(example.trimEnd().split("\n").length <= 15);
  assert.equal(blockWith('"pairs.csv"', "docs", "preferences.md"), example);
});

/** Runs a cell; what it logged, and its value. */
async function logging(t: TestContext, code: string) {
  const logged: any[][] = [];
  t.mock.method(console, "log", (...values: unknown[]) => void logged.push(values));
  const value = await session.run(code);
  t.mock.restoreAll();
  return { logged, value };
}

test("from a file of pairs to token rewards and a trained LM", async t => {
  writeFileSync("pairs.csv", csv(Array.from({ length: 20 }, (_, i) => pair(i))));
  const { logged, value } = await logging(t, example.replace("smollm2-135m", "tiny-lm"));
  const shown = value as { rows: { tokens: string[]; rewards: number[] }[] };

  assert.equal(shown.rows.length, 8);
  assert.deepEqual(shown.rows[0].tokens.slice(0, 3), [" It", " was", " very"]);
  for (const { tokens, rewards } of shown.rows) assert.equal(rewards.filter(Number.isFinite).length, tokens.length);

  assert.deepEqual(
    logged.map(([step]) => step),
    [1, 2, 3], // 20 chosen responses, 8 in an update
  );
  assert.ok(logged.every(([, loss]) => Number(loss) > 0));
  // Half of the low-rank factors begin as zeros.
  assert.ok(await session.run("policy.variables.every(factor => factor.dataSync().some(value => value !== 0))"));

  // Pairs that are in no file: other things, other beginnings.
  const heldOut = ["music", "play", "place", "dog", "idea"].flatMap(thing =>
    adverbs
      .slice(0, 2)
      .map(adverb => [` I found the ${thing} ${adverb} good.`, ` I found the ${thing} ${adverb} bad.`]),
  );
  writeFileSync("held-out.csv", csv(heldOut.map(responses => ["Tell me.", ...responses])));
  const rewards = (await session.run(`
    const heldOut = tw.fromTable(await tw.readTable("held-out.csv"));
    [...(await guidance.table(heldOut)).array("reward")]`)) as number[];
  const inOrder = heldOut.filter((_, i) => rewards[2 * i] > rewards[2 * i + 1]).length;
  assert.equal(inOrder, heldOut.length, `${rewards}`);
});

test("the guidance learns from these pairs and the LM's own samples while it trains", async t => {
  const { logged } = await logging(t, sources);
  assert.deepEqual(
    logged.map(([{ phase }]) => phase),
    ["guidance", "policy", "policy", "guidance", "policy"],
  );
});
