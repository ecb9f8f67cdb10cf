import assert from "node:assert/strict";
import { test } from "node:test";
import { splitSentences } from "../../src/text/sentences";

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
