import assert from "node:assert/strict";
import { test } from "node:test";
import { controls, marks, nonspacingMarks, punctuation, toForm } from "../../src/text/unicode";

test("characters that the old tables do not know are none of their classes", () => {
  const table: [pattern: RegExp, inside: string[], outside: string[]][] = [
    [punctuation, ["!", "~", "—", "。", "\u2e42", "\u166d"], ["a", " ", "\u2e43", "\u061d"]],
    [nonspacingMarks, ["\u0301", "\u1734"], ["a", "\u0903", "\u0b55"]],
    [marks, ["\u0301", "\u0903", "\u1cf2"], ["a", "\u0b55"]],
    [controls, ["\0", "\u0001", "\u200b", "\ufffd", "\ue000"], ["\t", "\n", "\r", " ", "\u08e2"]],
  ];
  for (const [pattern, inside, outside] of table) {
    for (const character of inside) assert.equal(character.replace(pattern, ""), "", JSON.stringify(character));
    for (const character of outside) assert.equal(character.replace(pattern, ""), character, JSON.stringify(character));
  }
});

test("normalization forms leave newer characters, and sort no mark across them", () => {
  assert.equal(toForm("①㋿ﬁ", "NFKC"), "1㋿fi");
  assert.equal(toForm("a\u0301\u0316", "NFD"), "a\u0316\u0301");
  assert.equal(toForm("a\u0eb9\u0eba", "NFD"), "a\u0eb9\u0eba");
});
