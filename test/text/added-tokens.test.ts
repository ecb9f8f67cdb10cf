import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddedToken, cutAt, readAddedTokens } from "../../src/text/added-tokens";

const cuts = (text: string, ...list: Partial<AddedToken>[]) =>
  cutAt(
    new Map(
      readAddedTokens(
        list.map((token, id) => ({ id, ...token })),
        "x",
      ).map(token => [token.content, token]),
    ),
  )(text).map(({ text, token }) => (token ? [text] : text));

test("the leftmost, then the longest token is found; white space goes with it where asked; words are left whole where asked", () => {
  const left = { content: "<m>", lstrip: true };
  const right = { content: "<m>", rstrip: true };
  const word = { content: "ab", single_word: true };
  const table: [text: string, token: Partial<AddedToken>, expected: (string | string[])[]][] = [
    ["a <m> b", { content: "<m>" }, ["a ", ["<m>"], " b"]],
    ["a <m> b", left, ["a", [" <m>"], " b"]],
    ["<m><m>", left, [["<m>"], ["<m>"]]],
    [" \u0085<m>", left, [[" \u0085<m>"]]],
    ["a <m> \n b", right, ["a ", ["<m> \n "], "b"]],
    ["<m> <m>", right, [["<m> "], ["<m>"]]],
    ["ab a", word, [["ab"], " a"]],
    ["aab", word, ["aab"]],
    ["ab_", word, ["ab_"]],
    ["-ab-", word, ["-", ["ab"], "-"]],
    ["", word, []],
  ];
  for (const [text, token, expected] of table) assert.deepEqual(cuts(text, token), expected, text);
  assert.deepEqual(cuts("abcab.*", { content: "ab" }, { content: "abc" }, { content: ".*" }), [
    ["abc"],
    ["ab"],
    [".*"],
  ]);
  assert.deepEqual(cuts("ab"), ["ab"]);
});

test("what a token leaves out: special ones are found as they are written, others in normalized text; empty ones are dropped", () => {
  const list = readAddedTokens(
    [
      { id: 1, content: "a", special: true },
      { id: 2, content: "b" },
      { id: 3, content: "" },
    ],
    "x",
  );
  assert.deepEqual(
    list.map(({ id, normalized, lstrip }) => [id, normalized, lstrip]),
    [
      [1, false, false],
      [2, true, false],
    ],
  );
});

test("a token without a proper id is named", () => {
  for (const id of [undefined, -1, 0.5, "1" as never])
    assert.throws(
      () => readAddedTokens([{ id, content: "a" }], "x.json"),
      /^Error: x\.json: its added token "a" has the id/,
    );
});
