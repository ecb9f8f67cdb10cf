import assert from "node:assert/strict";
import { test } from "node:test";
import { createPreTokenizer } from "../../src/text/pre-tokenizers";

const words = (config: object | null, text: string, first = true) =>
  createPreTokenizer(config, "x")({ text, first }).map(({ text }) => text);

test("each kind cuts as the Rust library cuts", () => {
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  const spaceThenFirst = {
    type: "Sequence",
    pretokenizers: [{ type: "WhitespaceSplit" }, { ...metaspace, prepend_scheme: "first" }],
  };
  const table: [config: object | null, text: string, expected: string[]][] = [
    [null, "a b", ["a b"]],
    [
      { type: "ByteLevel", add_prefix_space: false },
      "Hey  you're é\u0085 12.",
      ["Hey", "Ġ", "Ġyou", "'re", "ĠÃ©", "Âħ", "Ġ12", "."],
    ],
    [{ type: "ByteLevel", add_prefix_space: true }, "a b", ["Ġa", "Ġb"]],
    [{ type: "ByteLevel", add_prefix_space: true, use_regex: false }, "a b", ["ĠaĠb"]],
    [metaspace, "a  b", ["▁a", "▁", "▁b"]],
    [{ ...metaspace, prepend_scheme: "never" }, "a b", ["a", "▁b"]],
    [{ ...metaspace, split: false }, " a b", ["▁a▁b"]],
    [{ type: "Metaspace", replacement: "_", add_prefix_space: true }, "a b", ["_a", "_b"]],
    [{ type: "Metaspace", replacement: "_", add_prefix_space: false }, "a b", ["a", "_b"]],
    [spaceThenFirst, "a b", ["▁a", "b"]],
    [spaceThenFirst, " a b", ["a", "b"]],
    [{ type: "BertPreTokenizer" }, " don't, x", ["don", "'", "t", ",", "x"]],
    [{ type: "Punctuation", behavior: "Contiguous" }, "a,.b", ["a", ",.", "b"]],
    [{ type: "Digits", individual_digits: true }, "a12²b", ["a", "1", "2", "²", "b"]],
    [{ type: "Digits", individual_digits: false }, "a12²b", ["a", "12²", "b"]],
    [{ type: "WhitespaceSplit" }, " a\u0085b ", ["a", "b"]],
    [{ type: "Whitespace" }, "it's é_1, ok", ["it", "'", "s", "é_1", ",", "ok"]],
    [
      { type: "Split", pattern: { Regex: "\\p{N}{1,2}" }, behavior: "Isolated", invert: false },
      "a123",
      ["a", "12", "3"],
    ],
  ];
  for (const [config, text, expected] of table)
    assert.deepEqual(words(config, text), expected, JSON.stringify([config, text]));
  assert.deepEqual(words({ ...metaspace, prepend_scheme: "first" }, "a", false), ["a"]);
});

test("unknown kinds and schemes are named", () => {
  assert.throws(
    () => createPreTokenizer({ type: "Odd" }, "x.json"),
    /^Error: x\.json: it cuts texts by "Odd"\. Known are/,
  );
  assert.throws(
    () => createPreTokenizer({ type: "Metaspace", prepend_scheme: "odd" }, "x.json"),
    /x\.json: its prepend_scheme is "odd"/,
  );
});
