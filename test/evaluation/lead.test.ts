import assert from "node:assert/strict";
import { test } from "node:test";
import { lead } from "../../src/evaluation/lead";

test("sentences by their places", () => {
  const document = "One. Two!\nThree? Four.";
  assert.equal(lead(document, [0, 1]), "One.\nTwo!");
  assert.equal(lead(document, [-1]), "Four.");
  assert.equal(lead(document, [2, 9]), "Three?");
  assert.equal(lead("One.", [5]), "One.");
  assert.equal(lead("", [0]), "");
  assert.throws(() => lead(document, []), /lead: the places are \[\]/);
});
