import assert from "node:assert/strict";
import { appendFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { createHistory } from "../../../kernel/cells/history";
import { temporaryFolder } from "../../temporary";

const found = (history: ReturnType<typeof createHistory>, content: object): unknown[] =>
  (history.reply(content) as { history: unknown[] }).history;

test("tail, range and search, over sessions that a restart has ended", t => {
  const file = path.join(temporaryFolder(t), "history.jsonl");
  const first = createHistory(file);
  first.add(1, "let a = 1");
  first.add(2, "a + 1\na * 2");
  appendFileSync(file, '[1, 3, "half');
  appendFileSync(file, '\n{"no": "entry"}\n');
  const history = createHistory(file);
  history.add(1, "let a = 1");
  history.add(2, "let b = [a]");

  const table: [content: object, expected: unknown[]][] = [
    [
      { hist_access_type: "tail", n: 2 },
      [
        [2, 1, "let a = 1"],
        [2, 2, "let b = [a]"],
      ],
    ],
    [{ hist_access_type: "tail", n: 0 }, []],
    [{ hist_access_type: "range", session: 0, start: 1, stop: 2 }, [[2, 1, "let a = 1"]]],
    [{ hist_access_type: "range", session: -1, start: 2 }, [[1, 2, "a + 1\na * 2"]]],
    [{ hist_access_type: "range", session: 1, start: 1, stop: 2, output: true }, [[1, 1, ["let a = 1", null]]]],
    [{ hist_access_type: "search", pattern: "a *2" }, [[1, 2, "a + 1\na * 2"]]],
    [
      { hist_access_type: "search", pattern: "let ?*", unique: true },
      [
        [2, 1, "let a = 1"],
        [2, 2, "let b = [a]"],
      ],
    ],
    [{ hist_access_type: "search", pattern: "*[a]", n: 5 }, [[2, 2, "let b = [a]"]]],
    [{ hist_access_type: "search", pattern: "let*", n: 1 }, [[2, 2, "let b = [a]"]]],
  ];
  for (const [content, expected] of table) assert.deepEqual(found(history, content), expected, JSON.stringify(content));
  assert.equal(statSync(file).mode & 0o077, 0, "others can read it");
});

test("where nothing can be written, the session is still remembered", t => {
  const history = createHistory(path.join(temporaryFolder(t), "nowhere", "history.jsonl"));
  history.add(1, "1");
  assert.deepEqual(found(history, { hist_access_type: "tail", n: 5 }), [[1, 1, "1"]]);
});
