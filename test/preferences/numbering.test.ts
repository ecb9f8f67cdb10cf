import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered } from "../../src/preferences/numbering";

test("equal things share the number of their first appearance", () => {
  assert.deepEqual(numbered(["b", "a", "b", "", "a"]), {
    numbers: Int32Array.of(0, 1, 0, 2, 1),
    first: Int32Array.of(0, 1, 3),
  });
  const message = (content: string) => [{ role: "user", content }];
  assert.deepEqual(
    [...numbered([message("x"), JSON.stringify(message("x")), [1, 2], message("x"), [1, 2], null]).numbers],
    [0, 1, 2, 0, 2, 3],
  );
  assert.deepEqual(numbered([]), { numbers: new Int32Array(), first: new Int32Array() });
});

test("the order of a record's keys does not tell", () => {
  const messages = [
    { role: "user", content: "a" },
    { content: "a", role: "user" },
    { content: "b", role: "user" },
  ];
  assert.deepEqual([...numbered(messages.map(message => [message])).numbers], [0, 0, 1]);
});

test("things within different things are different", () => {
  assert.deepEqual([...numbered(["a", "a", "a", "a"], Int32Array.of(0, 1, 0, 1)).numbers], [0, 1, 0, 1]);
  assert.deepEqual([...numbered(["a", "a"], Int32Array.of(0, 1)).numbers], [0, 1]);
});

test("texts that only a whole comparison tells apart", () => {
  const texts = Array.from(
    { length: 3000 },
    (_, i) => `${"x".repeat(50)}${String(i % 1500).padStart(5, "0")}${"y".repeat(45)}`,
  );
  const { numbers, first } = numbered(texts);
  assert.equal(first.length, 1500);
  assert.ok(numbers.every((number, i) => number === i % 1500));
});
