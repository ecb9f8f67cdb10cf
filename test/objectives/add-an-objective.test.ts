import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRepository } from "../repository";

const read = (...path: string[]) => readFileSync(inRepository(...path), "utf8");

test("docs/add-an-objective.md shows a file as it is and its line of the table, in 40 lines at most", () => {
  const [file, entry] = [...read("docs", "add-an-objective.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  assert.equal(file, read("src", "objectives", "mle.ts"));
  const table = read("test", "objectives", "contracts.test.ts").split("\n");
  const lines = entry.trimEnd().split("\n");
  for (const line of lines) assert.ok(table.includes(line), line);
  assert.ok(file.split("\n").length + lines.length <= 40);
});
