import assert from "node:assert/strict";
import { test } from "node:test";
import { murmur2 } from "../../../kernel/debugger/murmur2";

test("the hash of a text is the one that ipykernel and JupyterLab compute", () => {
  const table: [text: string, hash: number][] = [
    ["", 3990065800],
    ["a", 2167009006],
    ["ab", 2805137849],
    ["abc", 3350977461],
    ["abcd", 804720481],
    ["const x = 1;\nx + '😀'", 1717593619],
  ];
  for (const [text, hash] of table) assert.equal(murmur2(text, 0xc70f6907), hash, text);
});
