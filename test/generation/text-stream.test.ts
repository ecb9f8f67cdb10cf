import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { textStream } from "../../src/generation/text-stream";
import { tokenizerFromGguf } from "../../src/text/gguf-tokenizer";
import { createTokenizer } from "../../src/text/tokenizer";
import { inRepository } from "../repository";
import { tinyTokenizer } from "../tiny-llama";

const tiny = tokenizerFromGguf(tinyTokenizer, "tiny");

/** What every token gives, and what the end gives; nothing after a stop string. */
function pieces(ids: readonly number[], stopStrings: string[] = [], tokenizer = tiny): string[] {
  const stream = textStream(tokenizer, stopStrings);
  const found: string[] = [];
  for (const id of ids) {
    const { text, stopped } = stream.push(id);
    found.push(text);
    if (stopped) found.push("STOP");
    if (stopped) break;
  }
  return [...found, stream.end()];
}

test("a character of two tokens is given out when it is whole", () => {
  const ids = tiny.encode("aéb");
  assert.equal(ids.length, 4);
  assert.deepEqual(pieces(ids), ["a", "", "é", "b", ""]);
  assert.deepEqual(pieces(ids.slice(0, 2)), ["a", "", "\uFFFD"]);
});

test("stop strings: what may be the beginning of one is held back, the text ends before the first", () => {
  const ids = (text: string) => [...text].flatMap(letter => tiny.encode(letter));
  assert.deepEqual(pieces(ids("abcd"), ["bc"]), ["a", "", "", "STOP", ""]);
  assert.deepEqual(pieces(ids("abd"), ["bc"]), ["a", "", "bd", ""]);
  assert.deepEqual(pieces(ids("ababc"), ["abc"]), ["", "", "ab", "", "", "STOP", ""]);
  assert.deepEqual(pieces(ids("ab"), ["abc"]), ["", "", "ab"]);
  assert.deepEqual(pieces(tiny.encode("so good bad"), ["od", "go"]), ["s", "", "o ", "STOP", ""]);
  assert.deepEqual(pieces(tiny.encode("aéb"), ["é"]), ["a", "", "", "STOP", ""]);
});

test("special tokens give no text", () => {
  assert.deepEqual(pieces([...tiny.encode("a"), 0, ...tiny.encode("b")]), ["a", "", "b", ""]);
});

for (const name of ["bpe_gpt2", "bpe_roberta", "unigram_plain", "unigram_t5", "wordpiece_bert", "wordpiece_cased"])
  test(`${name}: the pieces add up to the text of all tokens, whatever they are`, () => {
    const definition = JSON.parse(
      readFileSync(inRepository("test", "golden", "tokenizers", name, "tokenizer.json"), "utf8"),
    );
    const tokenizer = createTokenizer(definition);
    const rng = seeded(4);
    for (let i = 0; i < 200; i++) {
      const ids = Array.from({ length: 1 + rng.integer(20) }, () => rng.integer(tokenizer.vocabularySize));
      assert.equal(pieces(ids, [], tokenizer).join(""), tokenizer.decode(ids, { skipSpecial: true }), `${ids}`);
    }
  });
