// docs/architecture.md, "Words": its names are those of the code.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { inRepository } from "../repository";

/** The words of every source file of the library. */
function wordsOfSources(): Set<string> {
  const files = readdirSync(inRepository("src"), { recursive: true, encoding: "utf8" }).filter(f => f.endsWith(".ts"));
  return new Set(files.flatMap(file => readFileSync(inRepository("src", file), "utf8").match(/\w+/g) ?? []));
}

/** The names in the second column of the table of words. */
function namesOfWords(): string[] {
  const page = readFileSync(inRepository("docs", "architecture.md"), "utf8");
  const [, section] = page.split(/^## Words$/m);
  const rows = section.split(/^## /m)[0].match(/^\|.*\|$/gm) ?? [];
  return rows.flatMap(row => [...row.split("|")[2].matchAll(/`(\w+)`/g)].map(([, name]) => name));
}

test("every name of the table of words stands in the code", () => {
  const [words, names] = [wordsOfSources(), namesOfWords()];
  assert.ok(names.length > 20);
  assert.deepEqual(
    names.filter(name => !words.has(name)),
    [],
  );
});
