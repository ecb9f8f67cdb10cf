import assert from "node:assert/strict";
import { test } from "node:test";
import { toBundle } from "../../kernel/mime";

const text = (value: unknown): unknown => toBundle(value).data["text/plain"];

/** As much of an arquero table as its display needs. */
const arquero = (columns: Record<string, unknown[]>) => {
  const length = Object.values(columns)[0]!.length;
  const row = (i: number) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]]));
  return {
    columnNames: () => Object.keys(columns),
    numRows: () => length,
    objects: ({ limit }: { limit: number }) => Array.from({ length: Math.min(limit, length) }, (_, i) => row(i)),
    toHTML: ({ limit }: { limit: number }) => `<table>${Math.min(limit, length)} rows</table>`,
  };
};

test("a table is text in columns, numbers to the right", () => {
  const { data } = toBundle(arquero({ prompt: ["good", "so\nbad"], score: [0.12345678, -12], n: [1, null] }));
  assert.equal(
    data["text/plain"],
    ["prompt    score  n", "──────  ───────  ─", "good    0.12346  1", "so bad      -12"].join("\n"),
  );
  assert.equal(data["text/html"], "<table>2 rows</table>");
});

test("at most 30 rows are shown, and how many more there are", () => {
  const { data } = toBundle(arquero({ n: Array.from({ length: 33 }, (_, i) => i) }));
  assert.equal(data["text/html"], "<table>30 rows</table><p>… 3 more rows</p>");
  assert.deepEqual(String(data["text/plain"]).split("\n").slice(-2), ["29", "… 3 more rows"]);
});

test("a danfo frame and series are tables with their index; HTML is escaped", () => {
  const frame = {
    print() {},
    columns: ["a<b", "c"],
    index: [0, 1],
    values: [
      [1, "x"],
      [2, "<i>"],
    ],
  };
  const html = String(toBundle(frame).data["text/html"]);
  assert.match(html, /<th>a&lt;b<\/th>/);
  assert.match(html, /<td>1<\/td><td>2<\/td><td>&lt;i&gt;<\/td>/);
  const series = { print() {}, columns: ["v"], index: ["p", "q"], values: [1, 2] };
  assert.deepEqual(String(text(series)).split("\n").slice(2), ["p  1", "q  2"]);
});

test("a figure has Plotly's type, HTML and one line of text", () => {
  const figure = { data: [{ y: new Float32Array([1, 2]) }], layout: { title: { text: "<b>Loss</b>" }, height: 300 } };
  const { data } = toBundle(figure, "display 1");
  assert.deepEqual(data["application/vnd.plotly.v1+json"], { ...figure, data: [{ y: [1, 2] }] });
  assert.equal(data["text/plain"], "Figure: Loss, 1 trace");
  assert.match(String(data["text/html"]), /^<div style="height:300px">/);
});

test("a figure's text cannot end its script", () => {
  const html = String(toBundle({ data: [], layout: { title: "</script><b>" } }).data["text/html"]);
  assert.equal(html.match(/<\/script>/g)!.length, 1);
});

test("objects that only resemble a figure or a table are text", () => {
  assert.equal(text({ data: [1], layout: {} }), "{ data: [ 1 ], layout: {} }");
  assert.equal(text({ data: [] }), "{ data: [] }");
  assert.equal(text({ columns: ["a"], values: [] }), "{ columns: [ 'a' ], values: [] }");
});

test("tensors show type, shape and first values", () => {
  const tensor = {
    dtype: "float32",
    shape: [2, 4],
    size: 8,
    dataSync: () => new Float32Array([0.1, 1, 2, 3, 4, 5, 6, 7]),
  };
  assert.equal(text(tensor), "Tensor float32 [2, 4]  0.1, 1, 2, 3, 4, 5, …");
  assert.equal(text({ ...tensor, isDisposed: true }), "Tensor float32 [2, 4] (disposed)");
  assert.equal(text({ ...tensor, size: 1e6 }), "Tensor float32 [2, 4]");
});

test("a value's own description wins, with text always added", () => {
  const display = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>", "application/json": '{"a":1}' }) };
  const { data } = toBundle(display);
  assert.equal(data["text/html"], "<b>");
  assert.deepEqual(data["application/json"], { a: 1 });
  assert.equal(typeof data["text/plain"], "string");
  const own = {
    toMimeBundle: () => ({ data: { "text/plain": "mine", "image/png": Buffer.from([1, 2]) }, metadata: { w: 1 } }),
  };
  assert.deepEqual(toBundle(own), { data: { "text/plain": "mine", "image/png": "AQI=" }, metadata: { w: 1 } });
});

test("everything else is inspected", () => {
  assert.equal(text(null), "null");
  assert.equal(text("a"), "'a'");
  assert.equal(text({ a: { b: [1n] } }), "{ a: { b: [ 1n ] } }");
  assert.match(String(text(new RangeError("low"))), /^RangeError: low\n {4}at /);
});
