import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTokenizer, singleToken } from "../../src/text/tokenizer";
import { inRepository } from "../repository";

const load = (name: string) =>
  JSON.parse(readFileSync(inRepository("test", "golden", "tokenizers", name, "tokenizer.json"), "utf8"));
const bert = createTokenizer(load("wordpiece_bert"));
const roberta = createTokenizer(load("bpe_roberta"));
const t5 = createTokenizer(load("unigram_t5"));

test("ids without and with special tokens, and pairs", () => {
  const ids = bert.encode("the river");
  const [cls, sep] = [bert.special.cls!, bert.special.sep!];
  assert.deepEqual(bert.encodeWithSpecial("the river"), { ids: [cls, ...ids, sep], typeIds: [0, 0, 0, 0, 0] });
  assert.deepEqual(bert.encodeWithSpecial("", "the river"), {
    ids: [cls, sep, ...ids, sep],
    typeIds: [0, 0, 1, 1, 1, 1],
  });
});

test("special tokens in a text are found, decoded, and left out on request; ids that do not exist are passed over", () => {
  assert.deepEqual(roberta.tokens("a <mask> c"), ["a", " <mask>", "Ġc"]);
  const ids = roberta.encode("a <mask> c");
  assert.equal(ids[1], roberta.special.mask);
  assert.equal(roberta.decode(ids), "a<mask> c");
  assert.equal(roberta.decode([...ids, 99999], { skipSpecial: true }), "a c");
  assert.equal(roberta.decode([]), "");
});

test("special ids by role", () => {
  assert.deepEqual(t5.special, { eos: 1, pad: 0, unk: 2 });
  assert.deepEqual(roberta.special, { bos: 0, eos: 2, pad: 1, unk: 3, mask: 400 });
  assert.deepEqual(createTokenizer(load("unigram_t5"), { config: { bos_token: "<pad>" } }).special.bos, 0);
});

test("one token as text has its leading space, whatever the decoder; tokens have ids", () => {
  const table: [tokenizer: typeof t5, token: string, text: string][] = [
    [t5, "▁the", " the"],
    [t5, "he", "he"],
    [roberta, "Ġlow", " low"],
    [roberta, "<mask>", "<mask>"],
    [bert, "the", " the"],
    [bert, "##ing", "ing"],
  ];
  for (const [tokenizer, token, text] of table) assert.equal(tokenizer.token(tokenizer.id(token)!), text, token);
  assert.equal(t5.token(99999), "");
  assert.equal(t5.id("no such token"), undefined);
});

test("an added token in normalized text is found by its normalized form, and decoded as that", () => {
  const definition = load("wordpiece_bert");
  definition.added_tokens.push({ id: 330, content: "É!", normalized: true, special: false });
  const tokenizer = createTokenizer(definition);
  assert.deepEqual(tokenizer.encode("e!É!"), [330, 330]);
  assert.equal(tokenizer.decode([330]), "e!");
  assert.equal(tokenizer.vocabularySize, bert.vocabularySize + 1);
});

test("a lone surrogate counts as the replacement character", () => {
  assert.deepEqual(roberta.encode("a\ud800"), roberta.encode("a\ufffd"));
});

test("a word of several tokens is no single token; its pieces are listed", () => {
  assert.equal(singleToken(roberta, " low", "here"), roberta.id("Ġlow"));
  assert.throws(
    () => singleToken(roberta, " lowl", "here"),
    /^Error: here: " lowl" is 2 tokens \(" low" "l"\), not one\. Choose a word .* mind the leading space\.$/,
  );
  assert.throws(() => singleToken(roberta, "", "here"), /here: "" is 0 tokens, not one/);
});

test("what is no tokenizer.json, and what is malformed, is named", () => {
  for (const definition of [null, 3, "x", [], {}, { model: null }])
    assert.throws(
      () => createTokenizer(definition, { where: "x.json" }),
      /^Error: x\.json: it has no model of a tokenizer/,
    );
  let deep: object = { type: "NFC" };
  for (let depth = 0; depth < 100_000; depth++) deep = { type: "Sequence", normalizers: [deep] };
  const parts: object[] = [
    { normalizer: { type: "Sequence" } },
    { normalizer: deep },
    { post_processor: { type: "BertProcessing" } },
    { post_processor: { type: "TemplateProcessing" } },
    { decoder: { type: "Sequence", decoders: 3 } },
    { added_tokens: [null] },
    { added_tokens: [{ id: 1, content: 3 }] },
  ];
  for (const part of parts)
    assert.throws(
      () => createTokenizer({ ...load("wordpiece_bert"), ...part }, { where: "x.json" }),
      /^Error: x\.json: it is malformed \(/,
      Object.keys(part)[0],
    );
});
