import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { sideBySide } from "../../src/figures/side-by-side";

const table = aq.table({
  list: [0, 0, 1, 1, 2, 2],
  rank: [1, 2, 1, 1, 1, 2],
  prompt: ["Say hi", "Say hi", "", "", [{ role: "user", content: "Bye" }], [{ role: "user", content: "Bye" }]],
  response: ["Hi & hello", "No", [1, 2], [3], [{ role: "assistant", content: "So long" }], "…"],
  score: [0.9, Number.NaN, 2, 2, 1, 0],
  annotator: ["Ann", "Ann", "Bo", "Bo", "Bo", "Bo"],
});

test("the JSON type has the first lists, their candidates best first", () => {
  const { toMimeBundle, ...content } = sideBySide(table, { title: "Judged", lists: 2, decode: ids => `<${ids}>` });
  assert.deepEqual(content, {
    version: 1,
    title: "Judged",
    total: 3,
    lists: [
      {
        prompt: "Say hi",
        annotator: "Ann",
        candidates: [
          { text: "Hi & hello", rank: 1, utility: 0.9 },
          { text: "No", rank: 2 },
        ],
      },
      {
        annotator: "Bo",
        candidates: [
          { text: "<1,2>", rank: 1, utility: 2 },
          { text: "<3>", rank: 1, utility: 2 },
        ],
      },
    ],
  });
  assert.deepEqual(toMimeBundle()["application/vnd.tokenwise.preferences+json"], content);
});

test("text and HTML have the same; conversations by role, ids as they are", () => {
  const bundle = sideBySide(table).toMimeBundle();
  assert.deepEqual(String(bundle["text/plain"]).split("\n"), [
    "Say hi (judged by Ann)",
    "  1, utility 0.9: Hi & hello",
    "  2: No",
    "(judged by Bo)",
    "  1, utility 2: [1, 2]",
    "  1, utility 2: [3]",
    "user: Bye (judged by Bo)",
    "  1, utility 1: assistant: So long",
    "  2, utility 0: …",
  ]);
  assert.match(String(bundle["text/html"]), /<b>1, utility 0\.9<\/b>\nHi &amp; hello<\/td>/);
  assert.match(String(sideBySide(table, { lists: 1 }).toMimeBundle()["text/plain"]), /\n… 2 more lists$/);
});

test("what is missing is named", () => {
  assert.throws(() => sideBySide(table.select("list", "rank")), /there is no column "prompt"/);
  assert.throws(() => sideBySide(table, { lists: 0 }), /sideBySide: lists is 0\. Give a whole number, 1 or more/);
});
