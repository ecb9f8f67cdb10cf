import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { createTokenizer } from "../../src/text/tokenizer";
import { finalTokens, keepFinalTokens, maskFinalTokens, shuffledRewards } from "../../src/training/reward-controls";

const closing = new Set([8, 9]);
const rng = seeded(0);

test("shuffled: the same rewards for other tokens, dealt by the stream", () => {
  const rewards = [1, 2, 3, 4, 5, 6];
  const paid = shuffledRewards([0, 1, 2, 3, 4, 5], rewards, seeded(1));
  assert.deepEqual([...paid].sort(), rewards);
  assert.notDeepEqual(paid, rewards);
  assert.deepEqual(shuffledRewards([0, 1, 2, 3, 4, 5], rewards, seeded(1)), paid);
});

test("only the closing tokens keep their rewards, or all but those", () => {
  const [tokens, rewards] = [
    [8, 3, 4, 8, 9],
    [3, 1, 2, 0.5, 0.25],
  ];
  assert.deepEqual(keepFinalTokens(closing)(tokens, rewards, rng), [2, 2, 2, 0.5, 0.25]);
  assert.deepEqual(maskFinalTokens(closing)(tokens, rewards, rng), [3, 1, 2, 2, 2]);
  assert.deepEqual(keepFinalTokens(closing)([8, 9], [1, 3], rng), [1, 3]);
  assert.deepEqual(maskFinalTokens(closing)([8, 9], [1, 3], rng), [2, 2]);
  assert.deepEqual(keepFinalTokens(closing)([1, 2], [1, 3], rng), [2, 2]);
});

test("closing tokens are marks that end a sentence, and the end tokens", () => {
  const words = ["a", ".", "...", "?", ",", "3.5", "</s>"];
  const tokenizer = createTokenizer({
    pre_tokenizer: { type: "Whitespace" },
    model: { type: "WordPiece", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "a" },
  });
  assert.deepEqual([...finalTokens(tokenizer, [6])].sort(), [1, 2, 3, 6]);
});
