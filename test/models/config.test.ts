import assert from "node:assert/strict";
import { test } from "node:test";
import { configReader } from "../../src/models/config";

test("entries are read under any of their names, with defaults where there are some", () => {
  const read = configReader({ n_head: 3, inner: null, tie: false, act: "relu", eos: [1, 2], pad: 0 }, "tiny");
  assert.equal(read.positive(["num_attention_heads", "n_head"]), 3);
  assert.equal(read.positive("inner", 12), 12);
  assert.equal(read.flag("tie", true), false);
  assert.equal(read.flag("scale", true), true);
  assert.equal(read.choice("act", ["relu", "silu"]), "relu");
  assert.equal(read.choice("other", ["relu", "silu"], "silu"), "silu");
  assert.deepEqual([read.tokens("eos"), read.tokens("pad"), read.tokens("bos")], [[1, 2], [0], []]);
});

test("errors name entries that are missing or invalid", () => {
  const read = configReader({ layers: "two", width: -1, tie: 1, act: "mish", eos: "</s>" }, "tiny");
  const table: [() => unknown, RegExp][] = [
    [
      () => read.positive(["n_layer", "layers"]),
      /^Error: tiny: its configuration has layers = "two"\. It must give a positive number\.$/,
    ],
    [() => read.positive("width", 3), /has width = -1/],
    [() => read.positive(["heads", "n_head"]), /has heads = undefined/],
    [() => read.flag("tie", false), /has tie = 1\. It must give true or false/],
    [() => read.choice("act", ["relu", "silu"]), /has act = "mish"\. It must give one of relu, silu/],
    [() => read.tokens("eos"), /has eos = "<\/s>"\. It must give a token id or a list of them/],
  ];
  for (const [read, message] of table) assert.throws(read, message);
});
