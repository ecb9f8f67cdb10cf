import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder } from "../../src/text/decoders";

test("each kind gives the text that the Rust library gives", () => {
  const toSpace = { type: "Replace", pattern: { String: "▁" }, content: " " };
  const llama = [
    toSpace,
    { type: "ByteFallback" },
    { type: "Fuse" },
    { type: "Strip", content: " ", start: 1, stop: 0 },
  ];
  const table: [config: object | null, tokens: string[], text: string][] = [
    [null, ["a", "b"], "a b"],
    [{ type: "ByteLevel" }, ["Ġa", "Ã", "©", "Ã", "東"], " aé\ufffd東"],
    [
      { type: "WordPiece", prefix: "##", cleanup: true },
      ["##a", "##b", "do", "not", "##.", ",", "'", "s"],
      "##ab do not., ' s",
    ],
    [{ type: "WordPiece", prefix: "##", cleanup: false }, ["a", "##b", ","], "ab ,"],
    [{ type: "Metaspace", replacement: "▁", prepend_scheme: "always" }, ["▁a▁", "▁b"], "a b"],
    [{ type: "Metaspace", replacement: "▁", prepend_scheme: "never" }, ["▁a", "▁b"], " a b"],
    [{ type: "BPEDecoder", suffix: "</w>" }, ["a", "b</w>", "c</w>"], "ab c"],
    [toSpace, ["▁a$", "▁"], " a$ "],
    [{ type: "Strip", content: " ", start: 1, stop: 1 }, ["  a  "], " a "],
    [{ type: "ByteFallback" }, ["<0xC3>", "<0xA9>", "x", "<0xC3>", "<0x41>"], "éx\ufffd\ufffd"],
    [{ type: "Sequence", decoders: llama }, ["▁a", "<0x41>", "▁b"], "aA b"],
  ];
  for (const [config, tokens, text] of table)
    assert.equal(createDecoder(config, "x")(tokens).join(""), text, JSON.stringify(config));
});

test("an unknown kind is named", () => {
  assert.throws(() => createDecoder({ type: "Odd" }, "x.json"), /^Error: x\.json: it decodes by "Odd"\. Known are/);
});
