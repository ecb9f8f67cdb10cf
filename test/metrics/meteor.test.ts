import assert from "node:assert/strict";
import { test } from "node:test";
import { meteor } from "../../src/metrics/meteor";

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

/** METEOR of so many matches. */
function score(matches: number, found: number, wanted: number, chunks: number) {
  const [p, r] = [matches / found, matches / wanted];
  return (1 - 0.5 * (chunks / matches) ** 3) * ((p * r) / (0.9 * p + 0.1 * r));
}

test("equal words, then stems, ignoring case", () => {
  near(meteor("the cat sat", "the cat sat"), score(3, 3, 3, 1));
  near(meteor("Cats sat", "the CAT sat down"), score(2, 2, 4, 1));
  near(meteor("sat the cat", "the cat sat"), score(3, 3, 3, 2));
});

test("synonyms come last, and are looked up by stem", () => {
  const synonyms = (word: string) =>
    new Set(word === "big" ? ["big", "larg", "great"] : word === "happily" ? ["gladly"] : []);
  near(meteor("big cat", "large cat"), score(1, 2, 2, 1));
  near(meteor("big cat", "large cat", { synonyms }), score(2, 2, 2, 1));
  near(meteor("happily cat", "gladly cat", { synonyms }), score(1, 2, 2, 1));
});

test("among free places of a word the last one is taken, from the last word on", () => {
  // "a b" is matched with the second a and the b before it: two chunks
  near(meteor(["a", "b"], [["a", "b", "a"]]), score(2, 2, 3, 2));
});

test("empty texts, no match, several references", () => {
  for (const [prediction, reference] of [
    ["", "a"],
    ["a", ""],
    ["", ""],
    ["a dog", "nothing alike"],
  ])
    assert.equal(meteor(prediction, reference), 0);
  near(meteor("the cat", ["a dog", "the cat"]), score(2, 2, 2, 1));
  assert.throws(() => meteor("a", []), /meteor: there is no reference/);
  const words = ["the", "cat", "sat"];
  near(meteor(words, [words]), score(3, 3, 3, 1));
  near(meteor(words, "the cat sat"), score(3, 3, 3, 1));
  near(meteor("the cat sat", [words, ["dog"]]), score(3, 3, 3, 1));
  near(meteor("the cat sat", ["the dog", "the cat sat"]), score(3, 3, 3, 1));
  for (const flat of [words, ["the cat sat"], [words, "dog"]] as string[][])
    assert.throws(() => meteor(words, flat), /meteor: reference \d is "\w+( cat sat)?", .*\[words\] for one/);
});

test("weights may be chosen", () => {
  near(meteor("a b", "a c d", { alpha: 0.5, gamma: 0 }), ((1 / 2) * (1 / 3)) / (0.5 / 2 + 0.5 / 3));
});
