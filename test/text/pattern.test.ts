import assert from "node:assert/strict";
import { test } from "node:test";
import { toRegExp } from "../../src/text/pattern";

test("texts are taken as they stand, expressions as Oniguruma reads them", () => {
  const table: [pattern: { String: string } | { Regex: string }, text: string, replaced: string][] = [
    [{ String: "a.*" }, "a.* ab", "- ab"],
    [{ Regex: "\\s+" }, "a \u0085b\ufeff", "a-b\ufeff"],
    [{ Regex: "(?i:'s)|\\h" }, "'S x1", "- x-"],
  ];
  for (const [pattern, text, replaced] of table) assert.equal(text.replace(toRegExp(pattern, "x"), "-"), replaced);
});

test("what is no pattern and what cannot be read are named", () => {
  assert.throws(
    () => toRegExp({} as never, "x.json"),
    /^Error: x\.json: it has the pattern {}\. Use a String or a Regex/,
  );
  assert.throws(() => toRegExp({ Regex: "(" }, "x.json"), /^Error: x\.json: its pattern {"Regex":"\("} cannot be read/);
});
