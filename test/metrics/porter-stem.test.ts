import assert from "node:assert/strict";
import { test } from "node:test";
import { porterStem } from "../../src/metrics/porter-stem";

/** Stems of NLTK 3.10's PorterStemmer(). */
const stems = {
  1: "caresses caress ponies poni ties tie cats cat flies fli lies lie",
  2: "agreed agre feed feed plastered plaster bled bled motoring motor sing sing died die spied spi hopping hop falling fall",
  3: "filing file failing fail sized size troubled troubl happy happi enjoy enjoy sky sky spy spi",
  4: "relational relat conditional condit radically radic geology geolog hopefully hope callousness callous",
  5: "electrical electr adoption adopt probate probat rate rate controll control roll roll replacement replac",
  6: "dying die news news innings inning skies sky proceed proceed yyyying yyyi Running run ab ab 日本語mixed 日本語mix don't don't",
};

for (const [row, text] of Object.entries(stems))
  test(`stems, row ${row}`, () => {
    const words = text.split(" ");
    const pairs = words.flatMap((word, i) => (i % 2 ? [] : [[word, words[i + 1]]]));
    assert.deepEqual(
      pairs.map(([word]) => [word, porterStem(word)]),
      pairs,
    );
  });
