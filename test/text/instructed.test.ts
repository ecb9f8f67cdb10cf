import assert from "node:assert/strict";
import { test } from "node:test";
import { chatInstruction, formatInstruction, withEndToken } from "../../src/text/instructed";
import { createTokenizer } from "../../src/text/tokenizer";

const words = ["<|im_start|>", "<|im_end|>", "user", "assistant", "What", "?", "a", "b", "c", "[UNK]"];
const tokenizer = createTokenizer({
  added_tokens: words.slice(0, 2).map((content, id) => ({ id, content, special: true })),
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordPiece", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "[UNK]" },
});

test("the instruction stays whole, the document is cut", () => {
  const behind = { ...chatInstruction("What?"), documentTokens: 2 };
  assert.deepEqual(formatInstruction(tokenizer, "a b c", behind), { ids: [0, 2, 6, 7, 4, 5, 1, 0, 3], dropped: 1 });
  const before = { ...chatInstruction("What?", { place: "before" }), documentTokens: 9 };
  assert.deepEqual(formatInstruction(tokenizer, "a b c", before), { ids: [0, 2, 4, 5, 6, 7, 8, 1, 0, 3], dropped: 0 });
});

test("a response has an end, cut or not", () => {
  assert.deepEqual(withEndToken(tokenizer, "a b", { most: 3, end: 1 }), { ids: [6, 7, 1], dropped: 0 });
  assert.deepEqual(withEndToken(tokenizer, "a b c", { most: 3, end: 1 }), { ids: [6, 7, 1], dropped: 1 });
  assert.deepEqual(withEndToken(tokenizer, "", { most: 3, end: 1 }), { ids: [1], dropped: 0 });
});
