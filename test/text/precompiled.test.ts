import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { precompiled } from "../../src/text/precompiled";
import { inRepository } from "../repository";

const definition = inRepository("test", "golden", "tokenizers", "unigram_t5", "tokenizer.json");
const charsmap: string = JSON.parse(readFileSync(definition, "utf8")).normalizer.precompiled_charsmap;

test("SentencePiece's nmt_nfkc: by grapheme, else by character, white space and signs to spaces", () => {
  const normalize = precompiled(charsmap, "x");
  const table: [text: string, expected: string][] = [
    ["", ""],
    ["plain text, ~!", "plain text, ~!"],
    ["ﬁ ½ ＡＢ", "fi 1⁄2 AB"],
    ["a\r\nb\tc", "a b c"],
    ["e\u0301x", "éx"],
    ["zero\u200bwidth", "zero width"],
    ["\u0001x\u007f", "x"],
    ["各각", "各각"],
  ];
  for (const [text, expected] of table) assert.equal(normalize(text), expected, JSON.stringify(text));
});

test("a map that is cut short is refused", () => {
  for (const bytes of [[], [4, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff]])
    assert.throws(
      () => precompiled(Buffer.from(bytes).toString("base64"), "x.json"),
      /^Error: x\.json: its precompiled_charsmap/,
    );
});
