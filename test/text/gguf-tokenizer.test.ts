import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenizerFromGguf } from "../../src/text/gguf-tokenizer";
import { tinyTokenizer } from "../tiny-llama";

const tokens = tinyTokenizer["tokenizer.ggml.tokens"];
const tokenizer = tokenizerFromGguf(tinyTokenizer, "tiny.gguf");
const pieces = (text: string) => tokenizer.encode(text).map(id => tokens[id]);

test("merges, digits one by one, bytes beyond ASCII, special tokens", () => {
  const table: [text: string, pieces: string[]][] = [
    [" good bad", ["Ġgood", "Ġbad"]],
    ["good", ["g", "o", "od"]],
    [" got", ["Ġgo", "t"]],
    [" 120", ["Ġ", "1", "2", "0"]],
    ["  a", ["Ġ", "Ġa"]],
    ["é.", ["Ã", "©", "."]],
    ["a<|endoftext|> so", ["a", "<|endoftext|>", "Ġso"]],
    ["", []],
  ];
  for (const [text, expected] of table) assert.deepEqual(pieces(text), expected, text);
});

test("a text comes back from its ids, special tokens included", () => {
  for (const text of [" good bad 12", "  a  b.", "éa<|endoftext|> so", ""])
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
});

test("single tokens as text, and the size of the vocabulary", () => {
  assert.equal(tokenizer.vocabularySize, tokens.length);
  assert.equal(tokenizer.token(50), " good");
  assert.equal(tokenizer.token(0), "<|endoftext|>");
  assert.equal(tokenizer.token(tokens.length), "");
});

test("without its own cut of digits, merges are free to join them", () => {
  const joined = {
    ...tinyTokenizer,
    "tokenizer.ggml.pre": "gpt-2",
    "tokenizer.ggml.tokens": [...tokens, "12"],
    "tokenizer.ggml.merges": [...tinyTokenizer["tokenizer.ggml.merges"], "1 2"],
  };
  assert.deepEqual(tokenizerFromGguf(joined, "").encode("12"), [tokens.length]);
  assert.deepEqual(tokenizerFromGguf({ ...joined, "tokenizer.ggml.pre": "smollm" }, "").encode("12"), [23, 24]);
});

test("Llama 3 joins up to three digits, and takes a word that is a token whole", () => {
  const definition = {
    ...tinyTokenizer,
    "tokenizer.ggml.pre": "llama-bpe",
    "tokenizer.ggml.tokens": [...tokens, "12", "123", "1234"],
    "tokenizer.ggml.merges": [...tinyTokenizer["tokenizer.ggml.merges"], "1 2"],
  };
  const [two, three] = [tokens.length, tokens.length + 1];
  assert.deepEqual(tokenizerFromGguf(definition, "").encode("12312"), [three, two]);
});

test("special ids as the metadata gives them", () => {
  const named = { ...tinyTokenizer, "tokenizer.ggml.bos_token_id": 0, "tokenizer.ggml.padding_token_id": 3 };
  assert.deepEqual(tokenizerFromGguf(named, "").special, { bos: 0, eos: 0, pad: 3 });
});

test("other kinds of tokenizer and missing lists are named", () => {
  const table: [change: object, RegExp][] = [
    [
      { "tokenizer.ggml.pre": "tekken" },
      /x\.gguf: .* pre-tokenizer "tekken"\. Use .* one of these: smollm, llama-bpe, gpt-2/,
    ],
    [{ "tokenizer.ggml.model": "llama" }, /x\.gguf: its tokenizer is of kind "llama"/],
    [{ "tokenizer.ggml.merges": undefined }, /x\.gguf: .* lacks its list of tokens or merges/],
    [{ "tokenizer.ggml.tokens": undefined }, /x\.gguf: .* lacks its list of tokens or merges/],
  ];
  for (const [change, message] of table)
    assert.throws(() => tokenizerFromGguf({ ...tinyTokenizer, ...change }, "x.gguf"), message);
});
