import assert from "node:assert/strict";
import { test } from "node:test";
import { createVocabulary } from "../../src/text/vocabulary";

const bpe = { type: "BPE", vocab: { a: 0, b: 1, ab: 2, "?": 3 }, merges: ["a b"], unk_token: "?" };
const wordPiece = {
  type: "WordPiece",
  vocab: { a: 0, "##b": 1, "[UNK]": 2 },
  unk_token: "[UNK]",
  max_input_chars_per_word: 4,
};
const unigram = {
  type: "Unigram",
  vocab: [
    ["?", 0],
    ["a", -1],
    ["<0xC3>", -9],
    ["<0xA9>", -9],
  ],
  unk_id: 0,
};

test("words to tokens by each kind of model", () => {
  const table: [model: object, word: string, ids: number[], texts: string[]][] = [
    [bpe, "aabxxb", [0, 2, 3, 3, 1], ["a", "ab", "?", "?", "b"]],
    [{ ...bpe, fuse_unk: true }, "axxbx", [0, 3, 1, 3], ["a", "?", "b", "?"]],
    [{ ...bpe, unk_token: null }, "axb", [2], ["ab"]],
    [{ ...bpe, merges: [] }, "ab", [0, 1], ["a", "b"]],
    [{ ...bpe, merges: [], ignore_merges: true }, "ab", [2], ["ab"]],
    [{ ...bpe, type: undefined, merges: [["a", "b"]] }, "ab", [2], ["ab"]],
    [wordPiece, "abb", [0, 1, 1], ["a", "##b", "##b"]],
    [wordPiece, "abx", [2], ["[UNK]"]],
    [wordPiece, "abbbb", [2], ["[UNK]"]],
    [{ ...wordPiece, type: undefined }, "a", [0], ["a"]],
    [unigram, "axéa", [1, 0, 1], ["a", "xé", "a"]],
    [{ ...unigram, byte_fallback: true }, "éa", [2, 3, 1], ["<0xC3>", "<0xA9>", "a"]],
    [{ ...unigram, byte_fallback: true }, "x", [0], ["x"]],
    [{ ...unigram, type: undefined }, "a", [1], ["a"]],
  ];
  for (const [model, word, ids, texts] of table) {
    const { tokenize } = createVocabulary(model, "x");
    for (const time of ["computed", "remembered"]) {
      const tokens = tokenize(word);
      assert.deepEqual([tokens.map(({ id }) => id), tokens.map(({ text }) => text)], [ids, texts], `${word} ${time}`);
    }
  }
});

test("unknown kinds and malformed models are named", () => {
  const table: [model: unknown, RegExp][] = [
    [{ type: "Odd" }, /x\.json: its model is of kind "Odd"\. Known are BPE, WordPiece and Unigram/],
    [{}, /its model is of kind "undefined"/],
    [{ ...bpe, vocab: undefined }, /its model lacks a vocabulary/],
    [{ ...bpe, vocab: ["a"] }, /its model lacks a vocabulary/],
    [{ ...bpe, vocab: { a: -1 } }, /gives "a" the id -1, not a whole number/],
    [{ ...bpe, merges: undefined }, /lacks a list of merges/],
    [{ ...bpe, merges: [["a"]] }, /lacks a list of merges/],
    [{ ...bpe, dropout: 0.1 }, /drops merges at random/],
    [{ ...wordPiece, vocab: { a: 0 } }, /has no token "\[UNK\]"/],
    [{ ...unigram, vocab: [["a"]] }, /lacks a list of pieces with their scores/],
    [{ ...unigram, unk_id: 9 }, /has the unk_id 9, which is not the id of a piece/],
  ];
  for (const [model, message] of table) assert.throws(() => createVocabulary(model, "x.json"), message);
  const without = createVocabulary({ ...bpe, unk_token: "none" }, "x.json");
  assert.throws(() => without.tokenize("x"), /^Error: x\.json: its model has no token "none" for unknown pieces/);
});
