import assert from "node:assert/strict";
import { test } from "node:test";
import { impliedPrompt } from "../../src/preferences/implied-prompt";

test("texts: what both begin with, without a space at the end", () => {
  const split = (a: string, b: string, end?: string) => Object.values(impliedPrompt(a, b, end));
  assert.deepEqual(split("The sky is blue.", "The sky is green."), ["The sky is", " blue.", " green."]);
  assert.deepEqual(split("abc", "xyz"), ["", "abc", "xyz"]);
  assert.deepEqual(split("same", "same"), ["", "same", "same"]);
  assert.deepEqual(split("yes", "yes, sir"), ["yes", "", ", sir"]);
  assert.deepEqual(split("a😀", "a😁"), ["a", "😀", "😁"]);
});

test("texts: up to the last end of a prompt in the part alike", () => {
  const split = (a: string, b: string) => Object.values(impliedPrompt(a, b, "A:"));
  assert.deepEqual(split("Q: x A: y Q: z A: so", "Q: x A: y Q: z A: so what"), [
    "Q: x A: y Q: z A:",
    " so",
    " so what",
  ]);
  assert.deepEqual(split("Q: x A: y A: z", "Q: x A: y B"), ["Q: x A:", " y A: z", " y B"]);
  assert.deepEqual(split("so", "say"), ["", "so", "say"]);
  assert.deepEqual(split("A: same", "A: same"), ["A:", " same", " same"]);
});

test("conversations: the messages that both begin with, never all of one", () => {
  const [u, a, b] = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "ho" },
    { role: "assistant", content: "hm" },
  ];
  assert.deepEqual(impliedPrompt([u, a], [u, b]), { prompt: [u], chosen: [a], rejected: [b] });
  assert.deepEqual(impliedPrompt([u, a], [{ ...u }, { ...a }]), { prompt: [u], chosen: [a], rejected: [a] });
  assert.deepEqual(impliedPrompt([a], [b]), { prompt: "", chosen: [a], rejected: [b] });
  assert.deepEqual(impliedPrompt([1, 2, 3], [1, 4]), { prompt: [1], chosen: [2, 3], rejected: [4] });
});
