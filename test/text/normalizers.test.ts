import assert from "node:assert/strict";
import { test } from "node:test";
import { createNormalizer } from "../../src/text/normalizers";

test("each kind gives what the Rust library gives", () => {
  const bert = {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  };
  const spaces = { type: "Replace", pattern: { Regex: " {2,}" }, content: "$&" };
  const table: [config: object | null, text: string, expected: string][] = [
    [null, "ﬁ", "ﬁ"],
    [{ type: "Lowercase" }, "ΑΣ ΟΔΟΣ İß", "ασ οδοσ i\u0307ß"],
    [{ type: "StripAccents" }, "e\u0301\u0b55", "e\u0b55"],
    [{ type: "Strip", strip_left: true, strip_right: true }, "\u0085\ufeff a \u00a0", "\ufeff a"],
    [{ type: "Strip", strip_left: false, strip_right: true }, " a ", " a"],
    [{ type: "Prepend", prepend: "▁" }, "a", "▁a"],
    [{ type: "Prepend", prepend: "▁" }, "", ""],
    [spaces, "a  b", "a$&b"],
    [{ type: "Replace", pattern: { String: "a." }, content: "$1" }, "a.ab", "$1ab"],
    [{ type: "NFKC" }, "ﬁ½㋿", "fi1⁄2㋿"],
    [{ type: "NFC" }, "e\u0301", "é"],
    [{ type: "NFD" }, "a\u0eb9\u0eba", "a\u0eb9\u0eba"],
    [{ type: "Sequence", normalizers: [{ type: "NFKC" }, { type: "Lowercase" }] }, "Ａﬁ", "afi"],
    [bert, "Héllo\t\u200bW\0İ 東京\u3000x\u{20000}", "hello wi  東  京  x \u{20000} "],
    [{ ...bert, lowercase: false }, "Héllo 東", "Héllo  東 "],
    [{ ...bert, strip_accents: false }, "HÉ", "hé"],
    [{ ...bert, clean_text: false, handle_chinese_chars: false }, "A\t東", "a\t東"],
  ];
  for (const [config, text, expected] of table)
    assert.equal(createNormalizer(config, "x")(text), expected, JSON.stringify([config, text]));
});

test("an unknown kind and a pattern that cannot be read are named", () => {
  assert.throws(
    () => createNormalizer({ type: "Odd" }, "x.json"),
    /^Error: x\.json: it normalizes texts by "Odd"\. Known are/,
  );
  assert.throws(
    () => createNormalizer({ type: "Replace", pattern: { Regex: "(" }, content: "" }, "x.json"),
    /x\.json: its pattern/,
  );
  assert.throws(
    () => createNormalizer({ type: "Replace", content: "" }, "x.json"),
    /x\.json: it has the pattern undefined/,
  );
});
