import assert from "node:assert/strict";
import { test } from "node:test";
import { tableFromArrays } from "@uwdata/flechette";
import * as aq from "arquero";
import { toBundle } from "../../../kernel/values/mime";
import type { MimeBundle, ShowOptions } from "../../../kernel/values/mime-bundle";

function shown(value: unknown, options?: ShowOptions): { text: string; html: string } {
  const { data } = toBundle(value, options) as MimeBundle;
  return { text: String(data["text/plain"]), html: String(data["text/html"]) };
}
const numbered = (rows: number) => aq.table({ n: Array.from({ length: rows }, (_, i) => i) });
const rowsIn = (html: string): number => html.split("<tr>").length - html.split("<thead>").length;

test("a table is text in columns, numbers to the right, in its own order", () => {
  const table = aq
    .table({ prompt: ["so\nbad", "good", "out"], score: [-12, 0.12345678, 9], n: [null, 1, 1] })
    .filter((row: any) => row.score < 1)
    .orderby(aq.desc("score"));
  const { text, html } = shown(table);
  assert.equal(text, ["prompt    score  n", "──────  ───────  ─", "good    0.12346  1", "so bad      -12"].join("\n"));
  assert.match(html, /<td style="text-align:left">good<\/td><td>0\.12346<\/td><td>1<\/td>/);
  assert.equal(rowsIn(html), 2);
});

test("30 rows, then folded pages up to 300, then how many more there are", () => {
  const { text, html } = shown(numbered(1234));
  assert.deepEqual(text.split("\n").slice(-2), ["29", "… 1,204 more rows"]);
  assert.equal(rowsIn(html), 300);
  assert.deepEqual(html.match(/rows \d+–\d+/g)?.slice(0, 2), ["rows 31–60", "rows 61–90"]);
  assert.equal(html.split("</details>").length - 1, 9);
  assert.ok(html.endsWith("<p>… 934 more rows</p>"));
  assert.doesNotMatch(html, /<script/);
  assert.doesNotMatch(shown(numbered(30)).html, /<details|more rows/);
});

test("never more rows than asked for", () => {
  for (const rows of [0, 2, 100]) {
    const { text, html } = shown(numbered(200), { rows });
    assert.equal(text.split("\n").length, 2 + rows + 1);
    assert.equal(rowsIn(html), rows);
    assert.doesNotMatch(html, /<details/);
  }
});

test("cells are escaped and cut", () => {
  const { text, html } = shown(aq.table({ "a<b": ["<i>x</i>", "y".repeat(2000)], "c&d": [[1, 2], new Date(0)] }));
  assert.match(html, /<th style="text-align:left">a&lt;b<\/th><th style="text-align:left">c&amp;d<\/th>/);
  assert.match(html, /&lt;i&gt;x&lt;\/i&gt;<\/td><td style="text-align:left">\[1,2\]<\/td>/);
  assert.match(html, />y{499}…<\/td><td style="text-align:left">1970-01-01T00:00:00\.000Z</);
  assert.match(text, /\ny{59}… {2}1970/);
});

test("a danfo frame and series are tables with their index", () => {
  const frame = {
    print() {},
    columns: ["a", "c"],
    index: [0, 1],
    values: [
      [1, "x"],
      [2, "y"],
    ],
  };
  assert.deepEqual(shown(frame).text.split("\n"), ["   a  c", "─  ─  ─", "0  1  x", "1  2  y"]);
  const series = { print() {}, columns: ["v"], index: ["p", "q"], values: [1, 2] };
  assert.deepEqual(shown(series).text.split("\n").slice(2), ["p  1", "q  2"]);
});

test("cells of any kind, and numbers that stay themselves", () => {
  const circle: Record<string, unknown> = { n: 1 };
  circle.me = circle;
  const values: [unknown, string][] = [
    [new Date(Number.NaN), "Invalid Date"],
    [{ big: 5n }, "{ big: 5n }"],
    [circle, "<ref *1> { n: 1, me: [Circular *1] }"],
    [new Map([[1, 2]]), "Map(1) { 1 => 2 }"],
    [new Set(["a"]), "Set(1) { 'a' }"],
    [new RangeError("low"), "RangeError: low"],
    [[1, Number.NaN], "[ 1, NaN ]"],
    [{ a: [1, "x"] }, '{"a":[1,"x"]}'],
    [Float32Array.of(0.5), "Float32Array(1) [ 0.5 ]"],
    [
      new Proxy(
        { a: 1 },
        {
          get() {
            throw new Error("trap");
          },
        },
      ),
      "{ a: 1 }",
    ],
    [
      {
        toString() {
          throw new Error("deep");
        },
      },
      "{ toString: [Function: toString] }",
    ],
    [Symbol("s"), "Symbol(s)"],
    [10n ** 20n, "100000000000000000000"],
    [123456789.123, "123456789.123"],
    [123456789.00001, "123456789.00001"],
    [12345.678, "12345.678"],
    [0.99999999, "0.99999999"],
    [0.12345678, "0.12346"],
    [123456789, "123456789"],
    [-0, "-0"],
    [1.5e-9, "1.5e-9"],
    ["😀".repeat(31), `${"😀".repeat(29)}…`],
  ];
  for (const [value, expected] of values) {
    const last = shown(aq.table({ v: [value, "x".repeat(60)] })).text.split("\n")[2];
    assert.equal(last?.trim(), expected, expected);
  }
});

test("an Arrow table is a table", () => {
  const table = tableFromArrays({ n: [1, 2, 3], s: ["a", "b", null] });
  assert.deepEqual(shown(table, { rows: 2 }).text.split("\n"), ["n  s", "─  ─", "1  a", "2  b", "… 1 more rows"]);
});
