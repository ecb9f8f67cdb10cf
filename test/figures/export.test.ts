import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { saveFigure } from "../../src/figures/export";
import { temporaryFolder } from "../temporary";

const figure = { data: [{ y: [1, 2], name: "</script><b>" }], layout: {} };

test("JSON is the figure itself, in a folder that is made", async t => {
  const file = path.join(temporaryFolder(t), "new", "curve.json");
  await saveFigure(figure, file);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), figure);
  assert.deepEqual(readdirSync(path.dirname(file)), ["curve.json"]);
});

test("a page holds the library, loads nothing, and cannot be broken by a text", async t => {
  const file = path.join(temporaryFolder(t), "a&b.html");
  await saveFigure(figure, file);
  const html = readFileSync(file, "utf8");
  const [, packed] = /const packed = "([^"]+)"/.exec(html)!;
  assert.ok(gunzipSync(Buffer.from(packed!, "base64")).includes("* plotly.js v"));
  assert.ok(html.length < 3e6);
  assert.ok(html.includes("<title>a&amp;b</title>"));
  assert.equal(/<script[^>]+src=|<link/.test(html), false);
  assert.equal(html.split("</script").length - 1, 1);
  assert.ok(html.includes(String.raw`\u003c/script>\u003cb>`));
});

test("a given size is the layout's", async t => {
  const file = path.join(temporaryFolder(t), "curve.json");
  await saveFigure({ data: [], layout: { width: 9, title: "a" } }, file, { width: 300, height: 200 });
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")).layout, { title: "a", width: 300, height: 200 });
});

test("another ending is refused and nothing is written", async t => {
  const folder = temporaryFolder(t);
  await assert.rejects(
    saveFigure(figure, path.join(folder, "curve.gif")),
    /Use one of .svg, .pdf, .png, .html, .json\./,
  );
  assert.deepEqual(readdirSync(folder), []);
});
