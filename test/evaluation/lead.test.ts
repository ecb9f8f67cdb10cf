import assert from "node:assert/strict";
import { test } from "node:test";
import { leadSentences } from "../../src/evaluation/lead";

test("sentences by their indices", () => {
  const document = "One. Two!\nThree? Four.";
  assert.equal(leadSentences(document, [0, 1]), "One.\nTwo!");
  assert.equal(leadSentences(document, [-1]), "Four.");
  assert.equal(leadSentences(document, [2, 9]), "Three?");
  assert.equal(leadSentences("One.", [5]), "One.");
  assert.equal(leadSentences("", [0]), "");
  assert.throws(() => leadSentences(document, []), /leadSentences: the indices are \[\]/);
});
