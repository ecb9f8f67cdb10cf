import assert from "node:assert/strict";
import { test } from "node:test";
import * as util from "node:util";
import { html, image, md, svg } from "../../../kernel/tools/contents";
import { shownBundle, toBundle } from "../../../kernel/values/mime";
import type { MimeBundle } from "../../../kernel/values/mime-bundle";
import { gridPng } from "../../../kernel/values/png";

const text = (value: unknown): string => String((toBundle(value) as MimeBundle).data["text/plain"]);

test("a value's own description wins, with text always added", () => {
  const display = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>", "application/json": '{"a":1}' }) };
  const { data } = toBundle(display) as MimeBundle;
  assert.equal(data["text/html"], "<b>");
  assert.deepEqual(data["application/json"], { a: 1 });
  assert.equal(typeof data["text/plain"], "string");
  const own = {
    toMimeBundle: () => ({ data: { "text/plain": "mine", "image/png": Buffer.from([1, 2]) }, metadata: { w: 1 } }),
  };
  assert.deepEqual(toBundle(own), { data: { "text/plain": "mine", "image/png": "AQI=" }, metadata: { w: 1 } });
});

test("a description may be a promise", async () => {
  const value = { [Symbol.for("Jupyter.display")]: async () => ({ "text/plain": "late" }) };
  assert.deepEqual(await toBundle(value), { data: { "text/plain": "late" }, metadata: {} });
});

test("a description that fails, never comes or is none is text that says so", async () => {
  const shown = async (value: unknown) => String((await toBundle(value)).data["text/plain"]);
  const failing = (describe: () => unknown) => ({ n: 1, toMimeBundle: describe });
  const table: [() => unknown, RegExp][] = [
    [
      () => {
        throw new RangeError("no");
      },
      /n: 1[\s\S]*\n\(shown as text: RangeError: no\)$/,
    ],
    [() => Promise.reject(new Error("late")), /\n\(shown as text: Error: late\)$/],
    [() => "a text", /\n\(shown as text: its description is no contents by MIME type\)$/],
    [() => undefined, /^\{ n: 1, toMimeBundle: \[Function: describe\] \}$|n: 1/],
  ];
  for (const [describe, text] of table) assert.match(await shown(failing(describe)), text);
  const inspecting = {
    [util.inspect.custom]: () => {
      throw new Error("deep");
    },
  };
  assert.equal(text(inspecting), "[object Object] (its text failed: deep)");
});

test("a promise that never settles is given up", async t => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const bundle = toBundle({ toMimeBundle: () => new Promise(() => {}) });
  t.mock.timers.tick(30_000);
  assert.match(String((await bundle).data["text/plain"]), /\(shown as text: .*took longer than 30 s/);
});

test("a proxy is shown as Node shows it, whatever it would answer", () => {
  const rpc: any = new Proxy(() => {}, { get: () => rpc, apply: () => rpc });
  const table: [unknown, string][] = [
    [rpc, "[Function (anonymous)]"],
    [new Proxy({}, { get: (_, name) => () => `called ${String(name)}` }), "{}"],
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
      new Proxy(
        { a: 1 },
        {
          ownKeys() {
            throw new Error("trap");
          },
          has() {
            throw new Error("trap");
          },
        },
      ),
      "{ a: 1 }",
    ],
    [
      [
        new Proxy(
          { b: 2 },
          {
            get() {
              throw new Error("trap");
            },
          },
        ),
      ],
      "[ { b: 2 } ]",
    ],
  ];
  for (const [value, expected] of table)
    assert.deepEqual(toBundle(value), { data: { "text/plain": expected }, metadata: {} });
});

test("a picture's bytes are a picture, other bytes are text", () => {
  const png = gridPng(2, 3, 1, () => [0, 0, 0]);
  const { data } = toBundle(png) as MimeBundle;
  assert.equal(data["image/png"], png.toString("base64"));
  assert.match(String(data["text/plain"]), /^PNG, 3 × 2 pixels, \d+ bytes$/);
  assert.deepEqual(Object.keys((toBundle(new Uint8Array(png)) as MimeBundle).data), ["image/png", "text/plain"]);
  assert.deepEqual(Object.keys((toBundle(Buffer.from("a text that is no picture")) as MimeBundle).data), [
    "text/plain",
  ]);
});

test("show takes contents by MIME type; a cell's value of this form is a record like any other", () => {
  const contents = { "text/html": "<b>x</b>", "application/json": { a: 1 } };
  const shown = shownBundle(contents, {}) as MimeBundle;
  assert.deepEqual([shown.data["text/html"], shown.data["application/json"]], ["<b>x</b>", { a: 1 }]);
  assert.deepEqual(Object.keys((toBundle(contents) as MimeBundle).data), ["text/plain"]);
  for (const other of [{}, { a: 1 }, { "a/b": 1, c: 2 }, ["a/b"]])
    assert.deepEqual(Object.keys((shownBundle(other, {}) as MimeBundle).data), ["text/plain"]);
});

test("html, md, svg and image are contents", () => {
  const data = (value: unknown) => (toBundle(value) as MimeBundle).data;
  assert.equal(data(html`<b>${1 + 1}</b>\n`)["text/html"], "<b>2</b>\n");
  assert.equal(data(md("# head"))["text/markdown"], "# head");
  assert.equal(data(svg`<svg/>`)["image/svg+xml"], "<svg/>");
  const png = gridPng(1, 1, 1, () => [0, 0, 0]);
  assert.equal(data(image(png))["image/png"], png.toString("base64"));
  assert.throws(() => image(Buffer.from("no")), /no picture/);
});

test("typed arrays and large integers are plain in JSON types", () => {
  const value = { toMimeBundle: () => ({ "a/b+json": { x: Float32Array.of(0.5, Number.NaN), n: 2n ** 60n } }) };
  assert.deepEqual((toBundle(value) as MimeBundle).data["a/b+json"], { x: [0.5, null], n: "1152921504606846976" });
});

test("everything else is inspected", () => {
  assert.equal(text(null), "null");
  assert.equal(text("a"), "'a'");
  assert.equal(text({ a: { b: [1n] } }), "{ a: { b: [ 1n ] } }");
  assert.equal(text(new Map([["a", new Set([1])]])), "Map(1) { 'a' => Set(1) { 1 } }");
  assert.match(
    text(new RangeError("low", { cause: new Error("deep") })),
    /^RangeError: low\n {4}at [\s\S]*cause.*: deep/,
  );
});

test("getters are not run", () => {
  const value = {
    apply() {},
    get failing(): number {
      throw new Error("run");
    },
  };
  assert.equal(text(value), "{ apply: [Function: apply], failing: [Getter] }");
});

test("long values are cut, with a note of what is left out", () => {
  assert.match(text("x".repeat(20_000)), /x'\.\.\. 10000 more characters$/);
  assert.match(text(Array.from({ length: 1000 }, (_, i) => i)), /\.\.\. 900 more items\n\]$/);
  const wide = Object.fromEntries(Array.from({ length: 49_152 }, (_, i) => [`token ${i}`, i]));
  assert.match(text(wide), /^\{\n {2}'token 0': 0,[\s\S]*,\n… [\d,]+ more characters; console\.log shows all$/);
  assert.ok(text(wide).length < 31_000);
});

test("nested arrays of millions of numbers take no time", () => {
  const side = Array.from({ length: 60 }, (_, i) => i);
  const cube = side.map(() => side.map(() => side.map(() => side)));
  const started = performance.now();
  assert.ok(text(cube).length < 31_000);
  assert.ok(performance.now() - started < 1000);
});
