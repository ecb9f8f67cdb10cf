import assert from "node:assert/strict";
import { test } from "node:test";
import { fromByteLetters, toByteLetters } from "../../src/text/byte-letters";

test("bytes as letters, and back", () => {
  assert.equal(toByteLetters(" aé\n"), "ĠaÃ©Ċ");
  assert.equal(toByteLetters("~\u007f"), "~ġ");
  for (const text of ["", " a\0", "é東😀\u00ad"])
    assert.equal(Buffer.from(fromByteLetters(toByteLetters(text))).toString(), text);
});

test("a text with a letter that is no byte is its own bytes", () => {
  assert.equal(Buffer.from(fromByteLetters("Ġ東")).toString(), "Ġ東");
});
