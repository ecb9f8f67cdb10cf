import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceWords, splitWords } from "../../src/metrics/words";

/** Words of NLTK 3.10's NLTKWordTokenizer, with "|" between them. */
const cut: [text: string, words: string][] = [
  ["The cat sat.", "The|cat|sat|."],
  ["don't can't we've it's the dogs'", "do|n't|ca|n't|we|'ve|it|'s|the|dogs|'"],
  ["cannot gonna gimme d'ye 'tis wanna go", "can|not|gon|na|gim|me|d|'ye|'|tis|wan|na|go"],
  ['He said "hello (there)."', "He|said|``|hello|(|there|)|.|''"],
  ["«Oui», “yes”, 'no'", "«|Oui|»|,|“|yes|”|,|'|no|'"],
  ["$3.50 at 10:30, 1,200; 5% & more: ok", "$|3.50|at|10:30|,|1,200|;|5|%|&|more|:|ok"],
  ["U.S. growth... e.g. this--that – *x*", "U.S.|growth|...|e.g.|this|--|that|–|*|x|*"],
  ["end of it.) ", "end|of|it|.|)"],
  ["東京 is\u00a0big!?", "東京|is|big|!|?"],
  ["", ""],
];

for (const [text, expected] of cut)
  test(`words of ${JSON.stringify(text)}`, () => {
    assert.equal(sentenceWords(text).join("|"), expected);
  });

test("a full stop inside a text is a word of its own at the end of a sentence only", () => {
  assert.deepEqual(splitWords("It fell. Dr. Smith saw it."), ["It", "fell", ".", "Dr.", "Smith", "saw", "it", "."]);
});
