import assert from "node:assert/strict";
import { test } from "node:test";
import { trainBpe } from "../../../experiments/tiny-lm/train-bpe";
import { createTokenizer } from "../../../src/text/tokenizer";

const special = "<|endoftext|>";
const bytes = 1 + 256;

test("the most frequent adjacent pairs are merged first, ties by code units", () => {
  // "lo" and "ow" occur 7 times, "we" and "er" twice, "es" and "st" three times; no pair crosses a space.
  const texts = ["low low low low", " lower lower lowest", "newest", "newest"];
  const merges = (size: number) => trainBpe(texts, { size, special }).model.merges;
  assert.deepEqual(merges(bytes + 3), ["l o", "lo w", "Ġ low"]);
  assert.deepEqual(merges(bytes).length, 0);
  const all = trainBpe(["aa", "ab"], { size: 1000, special }).model;
  assert.deepEqual([all.merges, all.vocab.aa, all.vocab.ab], [["a a", "a b"], bytes, bytes + 1]);
});

test("any text is encoded and decoded unchanged, and the special token has id 0", () => {
  const { encode, decode, vocabularySize } = createTokenizer(
    trainBpe(["a new new film"], { size: bytes + 4, special }),
  );
  assert.equal(vocabularySize, bytes + 4);
  for (const text of ["a new film", " ¿Qué? \n\t 3 ☃", ""]) assert.equal(decode(encode(text)), text);
  assert.deepEqual(encode(special), [0]);
});
