import assert from "node:assert/strict";
import { test } from "node:test";
import { toBundle } from "../../../kernel/values/mime";
import type { MimeBundle } from "../../../kernel/values/mime-bundle";

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

test("a promise that never settles is given up", async t => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const bundle = toBundle({ toMimeBundle: () => new Promise(() => {}) });
  t.mock.timers.tick(30_000);
  await assert.rejects(Promise.resolve(bundle), /took longer than 30 s/);
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
