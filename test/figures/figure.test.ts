import assert from "node:assert/strict";
import { test } from "node:test";
import { axis, escaped, faint, layout, seriesColor } from "../../src/figures/figure";

test("colors repeat, and fade", () => {
  assert.equal(seriesColor(0), "#0072B2");
  assert.equal(seriesColor(7), seriesColor(0));
  assert.equal(faint("#0072B2"), "rgba(0,114,178,0.2)");
});

test("texts and axes as Plotly reads them", () => {
  assert.equal(escaped("<|im_start|> & <b>"), "&lt;|im_start|&gt; &amp; &lt;b&gt;");
  assert.deepEqual([0, 1, 2].map(axis), ["", "2", "3"]);
});

test("a figure's own settings win over the shared ones", () => {
  assert.equal(layout({ margin: { l: 1 } }).margin.l, 1);
  assert.deepEqual(layout({ title: "a<b" }).title, { text: "a&lt;b" });
  assert.equal("title" in layout({}), false);
});
