import assert from "node:assert/strict";
import { test } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { keptNamespaces, sharedVariables, withInserted, withoutExports } from "../../../kernel/language/module-text";

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

test("variables that are exported and assigned to are exported where they stand", () => {
  const { text, names, inserted } = sharedVariables(
    "let a = 0, { b } = o;\nconst c = 1;\n/**/ var d;\nlet own;\nexport { a, b, c, d };\n",
  );
  assert.equal(text, "export let a = 0, { b } = o;\nconst c = 1;\n/**/ export var d;\nlet own;\nexport { c };\n");
  assert.deepEqual(names, ["a", "b", "c", "d"]);
  assert.deepEqual(inserted, [
    { line: 0, column: 0 },
    { line: 2, column: 5 },
  ]);
});

test("a map follows what was put in", () => {
  const map = new TraceMap({
    version: 3,
    names: [],
    sources: ["cell.ts"],
    mappings: [
      [
        [0, 0, 3, 1],
        [5, 0, 3, 6],
      ],
    ],
  });
  const moved = withInserted(map, [{ line: 0, column: 5 }]);
  const at = (column: number) => originalPositionFor(moved, { line: 1, column }).column;
  assert.deepEqual([0, 11, 12].map(at), [1, 1, 6]);
});

test("a namespace is kept until its name is declared anew", () => {
  const before = "declare const a: number;\ndeclare namespace N {\n    const q = 1;\n}\n";
  assert.equal(keptNamespaces(before, ["b"]), "declare namespace N {\n    const q = 1;\n}\n");
  assert.equal(keptNamespaces(before, ["N"]), "");
});
