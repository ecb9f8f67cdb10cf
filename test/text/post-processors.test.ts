import assert from "node:assert/strict";
import { test } from "node:test";
import { fillTemplate, readTemplates } from "../../src/text/post-processors";

const special_tokens = {
  "[C]": { id: "[C]", ids: [7], tokens: ["[C]"] },
  "[S]": { id: "[S]", ids: [8, 9], tokens: [] },
};
const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
const template = {
  type: "TemplateProcessing",
  single: [token("[C]", 0), text("A", 0)],
  pair: [text("A", 2), token("[S]", 1), text("B", 1)],
  special_tokens,
};
const bert = { type: "BertProcessing", cls: ["[C]", 7], sep: ["[S]", 8] };

test("special tokens and types around a text and a pair", () => {
  const table: [config: object | null, single: number[][], pair: number[][]][] = [
    [
      null,
      [
        [1, 2],
        [0, 0],
      ],
      [
        [1, 2, 3],
        [0, 0, 1],
      ],
    ],
    [
      { type: "ByteLevel" },
      [
        [1, 2],
        [0, 0],
      ],
      [
        [1, 2, 3],
        [0, 0, 1],
      ],
    ],
    [
      template,
      [
        [7, 1, 2],
        [0, 0, 0],
      ],
      [
        [1, 2, 8, 9, 3],
        [2, 2, 1, 1, 1],
      ],
    ],
    [
      { type: "Sequence", processors: [{ type: "ByteLevel" }, template] },
      [
        [7, 1, 2],
        [0, 0, 0],
      ],
      [
        [1, 2, 8, 9, 3],
        [2, 2, 1, 1, 1],
      ],
    ],
    [
      bert,
      [
        [7, 1, 2, 8],
        [0, 0, 0, 0],
      ],
      [
        [7, 1, 2, 8, 3, 8],
        [0, 0, 0, 0, 1, 1],
      ],
    ],
    [
      { ...bert, type: "RobertaProcessing" },
      [
        [7, 1, 2, 8],
        [0, 0, 0, 0],
      ],
      [
        [7, 1, 2, 8, 8, 3, 8],
        [0, 0, 0, 0, 0, 0, 0],
      ],
    ],
  ];
  for (const [config, single, pair] of table) {
    const templates = readTemplates(config, "x");
    assert.deepEqual(Object.values(fillTemplate(templates.single, { A: [1, 2] })), single, JSON.stringify(config));
    assert.deepEqual(Object.values(fillTemplate(templates.pair, { A: [1, 2], B: [3] })), pair, JSON.stringify(config));
  }
});

test("unknown kinds, several steps and special tokens without ids are named", () => {
  const table: [config: object, RegExp][] = [
    [{ type: "Odd" }, /^Error: x\.json: it adds special tokens by "Odd"\. Known are/],
    [{ type: "Sequence", processors: [bert, template] }, /x\.json: it adds special tokens in several steps/],
    [{ ...template, special_tokens: {} }, /x\.json: its template has "\[C\]", whose ids are missing/],
  ];
  for (const [config, message] of table) assert.throws(() => readTemplates(config, "x.json"), message);
});
