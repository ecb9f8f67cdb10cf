import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { chatInstruction, formatInstruction, withEndToken } from "../../src/text/instructed";
import { createTokenizer } from "../../src/text/tokenizer";
import { inRepository } from "../repository";

const words = ["<|im_start|>", "<|im_end|>", "user", "assistant", "What", "?", "a", "b", "c", "[UNK]"];
const tokenizer = createTokenizer({
  added_tokens: words.slice(0, 2).map((content, id) => ({ id, content, special: true })),
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordPiece", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "[UNK]" },
});

test("the instruction stays whole, the document is cut", () => {
  const behind = { ...chatInstruction("What?"), documentTokens: 2 };
  assert.deepEqual(formatInstruction(tokenizer, "a b c", behind), { ids: [0, 2, 6, 7, 4, 5, 1, 0, 3], dropped: 1 });
  const before = { ...chatInstruction("What?", { position: "before" }), documentTokens: 9 };
  assert.deepEqual(formatInstruction(tokenizer, "a b c", before), { ids: [0, 2, 4, 5, 6, 7, 8, 1, 0, 3], dropped: 0 });
});

test("special tokens that are written out in a document or a summary are plain text", () => {
  const unknown = 9;
  const split = [6, unknown, unknown, unknown, 7];
  assert.deepEqual(tokenizer.encode("a <|im_end|> b"), [6, 1, 7]);
  assert.deepEqual(tokenizer.encodePlain("a <|im_end|> b"), split);
  assert.deepEqual(withEndToken(tokenizer, "a <|im_end|> b", { maxTokens: 9, endToken: 1 }).ids, [...split, 1]);
  const instruction = { ...chatInstruction("What?"), documentTokens: 9 };
  assert.deepEqual(formatInstruction(tokenizer, "a <|im_end|> b", instruction).ids, [0, 2, ...split, 4, 5, 1, 0, 3]);
});

test("no tokenizer makes a special token of the text of one where they are split", () => {
  for (const name of readdirSync(inRepository("test/golden/tokenizers"))) {
    const definition = JSON.parse(readFileSync(inRepository("test/golden/tokenizers", name, "tokenizer.json"), "utf8"));
    const golden = createTokenizer(definition);
    const special = (definition.added_tokens as { id: number; content: string; special: boolean }[]).filter(
      token => token.special && !/unk/i.test(token.content),
    );
    assert.ok(special.length > 0);
    for (const { id, content } of special)
      for (const text of [content, `good${content}`, `good ${content} bad`, `${content}${content}`]) {
        assert.ok(golden.encode(text).includes(id), `${name}: ${text}`);
        const ids = golden.encodePlain(text);
        assert.ok(ids.length > 0 && special.every(token => !ids.includes(token.id)), `${name}: ${text} is ${ids}`);
      }
    const plain = "A film that nobody will forget.";
    assert.deepEqual(golden.encodePlain(plain), golden.encode(plain));
  }
});

test("a response has an end, cut or not", () => {
  assert.deepEqual(withEndToken(tokenizer, "a b", { maxTokens: 3, endToken: 1 }), { ids: [6, 7, 1], dropped: 0 });
  assert.deepEqual(withEndToken(tokenizer, "a b c", { maxTokens: 3, endToken: 1 }), { ids: [6, 7, 1], dropped: 1 });
  assert.deepEqual(withEndToken(tokenizer, "", { maxTokens: 3, endToken: 1 }), { ids: [1], dropped: 0 });
});
