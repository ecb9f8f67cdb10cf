import assert from "node:assert/strict";
import { test } from "node:test";
import { expressionToJavaScript } from "../../../kernel/language/expression";

test("the notebook's names become properties, types go, and the expression's own names stay", () => {
  const table: [code: string, expected: string][] = [
    ["total + (base as number)", "nb.total + nb.base;"],
    ["total = 3", "nb.total = 3;"],
    ["row.total", "row.total;"],
    ["({ total, base: 1 })", "({ total: nb.total, base: 1 });"],
    ["[1].map((total: number) => total + base)", "[1].map((total) => total + nb.base);"],
    ["const total = 1; total", "const total = 1;\ntotal;"],
    ["(function () { return total; })()", "(function () { return nb.total; })();"],
    ["((): Total => base)()", "(() => nb.base)();"],
  ];
  for (const [code, expected] of table)
    assert.equal(expressionToJavaScript(code, ["total", "base"], "nb"), expected, code);
});
