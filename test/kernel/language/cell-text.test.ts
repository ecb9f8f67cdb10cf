import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutExports } from "../../../kernel/language/cell-text";
import { keptNamespaces } from "../../../kernel/language/declarations";

test("export words and lists become blanks of their length", () => {
  const table: [string, string][] = [
    ["export const a = 1;", "       const a = 1;"],
    ["export default class A {}", "               class A {}"],
    ["export default 1 + 1", "               1 + 1"],
    ["const a = 1;\nexport {\n  a\n};", "const a = 1;\n        \n   \n  "],
    ['export { a } from "./a";', 'export { a } from "./a";'],
    ["namespace N { export const a = 1 }", "namespace N { export const a = 1 }"],
    ["const text = 'export const';", "const text = 'export const';"],
  ];
  for (const [source, text] of table) assert.equal(withoutExports(source), text);
});

test("a namespace is kept until its name is declared anew", () => {
  const before = "declare const a: number;\ndeclare namespace N {\n    const q = 1;\n}\n";
  assert.equal(keptNamespaces(before, ["b"]), "declare namespace N {\n    const q = 1;\n}\n");
  assert.equal(keptNamespaces(before, ["N"]), "");
});
