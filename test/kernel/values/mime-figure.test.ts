import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { toBundle } from "../../../kernel/values/mime";
import type { MimeBundle } from "../../../kernel/values/mime-bundle";
import { withPicture } from "../../../kernel/values/mime-figure";

const bundle = (value: unknown): MimeBundle => toBundle(value, { key: "display 1" }) as MimeBundle;
const figure = { data: [{ y: new Float32Array([1, 2]) }], layout: { title: { text: "<b>Loss</b>" }, height: 300 } };

test("a figure has Plotly's type, HTML and one line of text", () => {
  const { data } = bundle(figure);
  assert.deepEqual(data["application/vnd.plotly.v1+json"], { ...figure, data: [{ y: [1, 2] }] });
  assert.equal(data["text/plain"], "Figure: Loss, 1 trace");
  assert.match(String(data["text/html"]), /^<div style="height:300px"><\/div>/);
});

test("a figure's text cannot end its script", () => {
  const html = String(bundle({ data: [], layout: { title: "</script><b>" } }).data["text/html"]);
  assert.equal(html.match(/<\/script>/g)!.length, 1);
});

test("a picture stands where the script draws", () => {
  const { data, metadata } = withPicture(bundle(figure), Buffer.from([1, 2]), 700);
  const image =
    '<div style="height:300px"><img alt="Figure: Loss, 1 trace" width="700" src="data:image/png;base64,AQI="></div>\n<script>';
  assert.ok(String(data["text/html"]).startsWith(image));
  assert.equal(data["image/png"], "AQI=");
  assert.deepEqual(metadata, { "image/png": { width: 700 } });
});

test("objects that only resemble a figure are text", () => {
  for (const [value, text] of [
    [{ data: [1], layout: {} }, "{ data: [ 1 ], layout: {} }"],
    [{ data: [] }, "{ data: [] }"],
  ] as const)
    assert.deepEqual(bundle(value).data, { "text/plain": text });
});

test("a notebook has a figure's numbers in readable form once", () => {
  const { data } = bundle({ data: [{ y: [123.456] }], layout: {} });
  assert.equal(JSON.stringify(data).split("123.456").length - 1, 1);
  const packed = /atob\("([^"]+)"\)/.exec(String(data["text/html"]))![1]!;
  assert.deepEqual(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString()).data, [{ y: [123.456] }]);
});
