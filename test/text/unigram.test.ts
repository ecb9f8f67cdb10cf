import assert from "node:assert/strict";
import { test } from "node:test";
import { createUnigram, type Unigram } from "../../src/text/unigram";

test("the pieces of the largest sum, the first found of equals; unknown characters together", () => {
  const few: Unigram["vocab"] = [
    ["<unk>", 0],
    ["a", -1],
    ["b", -1],
    ["ab", -2],
    ["abc", -5],
  ];
  const ties: Unigram["vocab"] = [
    ["<unk>", 0],
    ["a", -2],
    ["b", -2],
    ["aa", -4],
    ["xy", -3],
  ];
  const table: [vocab: Unigram["vocab"], word: string, pieces: string[]][] = [
    [few, "ab", ["ab"]],
    [few, "abca", ["abc", "a"]],
    [few, "xxab", ["xx", "ab"]],
    [few, "😀ax", ["😀", "a", "x"]],
    [few, "", []],
    [ties, "aaa", ["a", "aa"]],
    [ties, "xxy", ["x", "xy"]],
  ];
  for (const [vocab, word, pieces] of table) assert.deepEqual(createUnigram({ vocab, unk_id: 0 })(word), pieces, word);
});
