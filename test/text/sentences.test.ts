import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceEnds, splitSentences } from "../../src/text/sentences";

const cases: [text: string, count: number][] = [
  ["One. Two! Three? Four", 4],
  ['He said "Stop." She did. (They left.) Then', 4],
  ["Dr. Smith met J. K. Rowling in the U.S. embassy.", 1],
  ["We use 3.5 M words, e.g. news, cf. Fig. 2.", 1],
  ["It costs approx. 5 dollars. 7 of them did.", 2],
  ["A headline\nand a line\r\n\n", 2],
  ["no end ... but more... and so on", 1],
  ["東京です。", 1],
  [" \n ", 0],
];

for (const [text, count] of cases)
  test(`${count} in ${JSON.stringify(text)}`, () => {
    const found = splitSentences(text);
    assert.equal(found.length, count, JSON.stringify(found));
    assert.equal(found.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
  });

test("with everyStop, as NLTK", () => {
  const text = "It costs approx. 5 dollars, e.g. here. and there. Dr. J. K. Rowling did.";
  assert.deepEqual(splitSentences(text, { everyStop: true }), [
    "It costs approx. 5 dollars, e.g.",
    "here.",
    "and there.",
    "Dr. J. K. Rowling did.",
  ]);
});

test("the last tokens of sentences, with what follows the last one", () => {
  // A token is a character, or 0, which ends a text; "?!" is one token.
  const tokens = ["", ..."One. Two".split(""), "?!", " ", "L", "."];
  const tokenizer = {
    decode: (ids: readonly number[]) => ids.map(id => tokens[id]).join(""),
  };
  const ends = sentenceEnds(tokenizer);
  const two = [1, 2, 3, 4, 5, 6, 7, 8]; // "One. Two"
  assert.deepEqual(ends(two), [3, 7]);
  assert.deepEqual(ends([...two, 9, 10, 11, 12, 0]), [3, 8, 12]); // "One. Two?! L." and an end
  assert.deepEqual(ends([0]), [0]);
  assert.deepEqual(ends([]), []);
});
