import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encodeWithin } from "../../src/text/encode-within";
import { createTokenizer } from "../../src/text/tokenizer";
import { inRepository } from "../repository";

const tokenizer = (name: string) =>
  createTokenizer(
    JSON.parse(readFileSync(inRepository("test", "golden", "tokenizers", name, "tokenizer.json"), "utf8")),
  );

for (const name of ["wordpiece_bert", "unigram_t5", "bpe_gpt2", "bpe_roberta"])
  test(`${name}: a long text loses its last tokens, the special ones stay`, () => {
    const own = tokenizer(name);
    const text = "the cat sat on the mat and the dog ran";
    const [plain, whole] = [own.encode(text), own.encodeWithSpecial(text).ids];
    assert.deepEqual(encodeWithin(own, text, whole.length), { ids: whole, dropped: 0 });
    const { ids, dropped } = encodeWithin(own, text, whole.length - 3);
    const special = whole.length - plain.length;
    assert.equal(dropped, 3);
    assert.equal(ids.length, whole.length - 3);
    const first = whole.findIndex((_, i) => whole.slice(i, i + plain.length).every((id, j) => id === plain[j]));
    assert.deepEqual(ids, [...whole.slice(0, first), ...plain.slice(0, -3), ...whole.slice(first + plain.length)]);
    if (special > 0) assert.throws(() => encodeWithin(own, text, special), /tokens are too few/);
  });
