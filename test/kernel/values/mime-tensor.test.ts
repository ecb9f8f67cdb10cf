import assert from "node:assert/strict";
import { before, test } from "node:test";
import { inflateSync } from "node:zlib";
import * as tf from "@tensorflow/tfjs";
import { toBundle } from "../../../kernel/values/mime";
import type { MimeBundle } from "../../../kernel/values/mime-bundle";
import { gridPng } from "../../../kernel/values/png";
import { leavesNothing } from "../../close";

const bundle = (value: unknown): Record<string, unknown> => (toBundle(value) as MimeBundle).data;
const lines = (value: unknown): string[] => String(bundle(value)["text/plain"]).split("\n");

before(() => tf.setBackend("cpu"));

test("tensors show type, shape, engine, range and values", () => {
  const table: [tf.Tensor, string[]][] = [
    [tf.scalar(0.25), ["Tensor float32 [] on cpu  0.25"]],
    [tf.tensor1d([1, 2, 3], "int32"), ["Tensor int32 [3] on cpu  min 1, mean 2, max 3", "[1, 2, 3]"]],
    [tf.tensor1d(["a", "b"]), ['Tensor string [2] on cpu  ["a", "b"]']],
    [tf.range(0, 100), ["Tensor float32 [100] on cpu  min 0, mean 49.5, max 99", "[0, 1, 2, …, 97, 98, 99]"]],
    [
      tf.tensor2d([
        [0.5, -10],
        [2, Number.NaN],
      ]),
      ["Tensor float32 [2, 2] on cpu  min -10, mean -2.5, max 2, 1 not finite", "[[0.5, -10],", " [  2, NaN]]"],
    ],
    [tf.tensor3d([[[1]], [[2]]]), ["Tensor float32 [2, 1, 1] on cpu  min 1, mean 1.5, max 2", "[[[1]],", " [[2]]]"]],
    [tf.zeros([2, 0]), ["Tensor float32 [2, 0] on cpu"]],
  ];
  for (const [tensor, shown] of table) assert.deepEqual(lines(tensor), shown);
});

test("disposed tensors say so, variables their name; nothing is left behind", () =>
  leavesNothing(() => {
    const variable = tf.tidy(() => tf.variable(tf.scalar(1), true, "bias"));
    assert.deepEqual(lines(variable), ['Variable "bias" float32 [] on cpu  1']);
    variable.dispose();
    assert.deepEqual(lines(variable), ['Variable "bias" float32 [] (disposed)']);
  }));

test("tensors inside of a value take a line", () => {
  assert.deepEqual(lines({ loss: tf.scalar(1), list: [tf.zeros([2, 3])] }), [
    "{ loss: Tensor float32 [], list: [ Tensor float32 [2, 3] ] }",
  ]);
});

/** Width, height and the pixels, three bytes each, of a PNG without filters. */
function decode(png: Buffer): { width: number; height: number; pixel(x: number, y: number): number[] } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const size = png.readUInt32BE(33);
  assert.equal(png.toString("latin1", 37, 41), "IDAT");
  const lines = inflateSync(png.subarray(41, 41 + size));
  return { width, height, pixel: (x, y) => [...lines.subarray(y * (1 + 3 * width) + 1 + 3 * x).subarray(0, 3)] };
}

test("a tensor with two axes is an image: low is dark, high is bright, what is not finite is red", () => {
  const html = String(
    bundle(
      tf.tensor2d([
        [0, 1, Number.NaN],
        [0, 0, 0],
      ]),
    )["text/html"],
  );
  assert.match(html, /^<pre [^>]*>Tensor float32 \[2, 3\]/);
  const { width, height, pixel } = decode(Buffer.from(/base64,([^"]+)/.exec(html)![1]!, "base64"));
  assert.deepEqual([width, height], [255, 170]);
  assert.deepEqual(
    [pixel(0, 0), pixel(100, 84), pixel(254, 0), pixel(254, 169)],
    [
      [68, 1, 84],
      [253, 231, 37],
      [214, 39, 40],
      [68, 1, 84],
    ],
  );
});

test("a large one is drawn by the means of blocks", () => {
  const html = String(bundle(tf.ones([600, 1000]))["text/html"]);
  const { width, height, pixel } = decode(Buffer.from(/base64,([^"]+)/.exec(html)![1]!, "base64"));
  assert.deepEqual([width, height, pixel(249, 149)], [250, 150, [33, 145, 140]]);
});

test("many axes do not flood the notebook", () => {
  const [title, ...values] = lines(tf.zeros([8, 8, 8, 8, 8, 8]));
  assert.equal(title, "Tensor float32 [8, 8, 8, 8, 8, 8] on cpu  min 0, mean 0, max 0");
  assert.ok(values.join("\n").length < 31_000);
  assert.match(values.at(-1)!, /more characters/);
});

test("PNG of a grid", () => {
  const png = gridPng(1, 2, 2, (row, column) => [row, 100 * column, 255]);
  assert.equal(png.subarray(0, 8).toString("hex"), "89504e470d0a1a0a");
  const { width, height, pixel } = decode(png);
  assert.deepEqual([width, height, pixel(1, 1), pixel(2, 0)], [4, 2, [0, 0, 255], [0, 100, 255]]);
});
