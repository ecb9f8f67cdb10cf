// Every fused op against plain tfjs: the same call with the kernels, and on an engine without them.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { addBias } from "../../src/backend/add-bias";
import { biasRelu } from "../../src/backend/bias-relu";
import { hasKernels } from "../../src/backend/call";
import { negativeEntropies } from "../../src/backend/entropy";
import { fusedAttention, fusedCachedAttention } from "../../src/backend/fused-attention";
import { gated } from "../../src/backend/gated";
import { dense, toBfloat16 } from "../../src/backend/native-ops";
import { noisyRows } from "../../src/backend/noisy-rows";
import { normalized } from "../../src/backend/norm";
import { reluDot } from "../../src/backend/relu-dot";
import { turned } from "../../src/backend/rotary";
import { selectBackend } from "../../src/backend/select";
import { sumOfSquares } from "../../src/backend/sum-of-squares";
import { tokenNll } from "../../src/backend/token-nll";
import { seeded } from "../../src/core/random";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

const normals = (seed: number, ...shape: number[]) => {
  const rng = seeded(seed);
  return tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rng.normal), shape);
};

/** Values and all gradients of `f`, on this engine and on plain JavaScript. */
async function sameEverywhere(f: (...inputs: tf.Tensor[]) => tf.Tensor, shapes: number[][], tolerance = 2e-5) {
  const numbers = () => {
    const inputs = shapes.map((shape, i) => normals(i, ...shape));
    const value = f(...inputs);
    const towards = normals(9, ...value.shape);
    const gradients = tf.grads((...x) => tf.sum(tf.mul(f(...x), towards)))(inputs);
    const found = [value, ...gradients].map(x => [...x.dataSync()]);
    leavesNothing(() => f(...inputs));
    leavesNothing(() => tf.grads((...x) => tf.sum(f(...x)))(inputs));
    tf.dispose([value, towards, ...inputs, ...gradients]);
    return found;
  };
  const here = numbers();
  await selectBackend("cpu");
  const plain = numbers();
  await selectBackend();
  for (const [i, values] of here.entries()) close(tf.tensor1d(values), plain[i], tolerance);
}

/** A product that nothing else reads, for what works in place. */
const own = (x: tf.Tensor) => tf.mul(x, 1) as tf.Tensor2D;

// Widths that no vector divides: the last part of a row goes another way.
const odd = 37;

test("RMSNorm and layer norm", async () => {
  await sameEverywhere((x, g) => normalized(x, g as tf.Tensor1D, undefined, 1e-5), [[70, odd], [odd]], 1e-4);
  await sameEverywhere(
    (x, g, b) => normalized(x, g as tf.Tensor1D, b as tf.Tensor1D, 1e-5),
    [[70, odd], [odd], [odd]],
    1e-4,
  );
});

test("activations, alone and as gates", async () => {
  for (const activation of ["silu", "gelu_tanh"] as const) {
    await sameEverywhere(x => tf.tidy(() => gated(activation, tf.mul(x, 8))), [[5, odd]]);
    await sameEverywhere(
      (x, y) => gated(activation, x, y),
      [
        [5, odd],
        [5, odd],
      ],
    );
  }
});

test("activations of far numbers are 0 or the number, and of NaN NaN", () => {
  for (const activation of ["silu", "gelu_tanh"] as const)
    close(gated(activation, tf.tensor1d([-200, -88, 0, 88, 200, Number.NaN])), [0, 0, 0, 88, 200, Number.NaN], 1e-6);
});

test("rotary positions", async () => {
  const angles = normals(4, 6, 1, 5);
  const both = tf.concat([angles, angles], -1);
  const [cos, sin] = [tf.cos(both), tf.sin(both)].map(x => x.arraySync() as number[][][]);
  await sameEverywhere(x => tf.tidy(() => turned(x as tf.Tensor2D, tf.tensor3d(cos), tf.tensor3d(sin))), [[6, 30]]);
});

test("products of few rows, either layout", async () => {
  for (const rows of [1, 2, 3, 7, 13, 33])
    await sameEverywhere(
      (x, w) => dense(x as tf.Tensor2D, w as tf.Tensor2D),
      [
        [rows, odd],
        [101, odd],
      ],
      1e-4,
    );
  await sameEverywhere(
    (x, w) => dense(x as tf.Tensor2D, w as tf.Tensor2D, true),
    [
      [11, odd],
      [odd, 101],
    ],
    1e-4,
  );
});

test("a bfloat16 weight counts as what it holds", () => {
  const w = tf.tensor2d(
    Array.from({ length: 5 * odd }, (_, i) => (i % 9) / 4 - 1),
    [5, odd],
  );
  const x = tf.tensor2d(
    Array.from({ length: 3 * odd }, (_, i) => (i % 7) / 4 - 0.5),
    [3, odd],
  ); // exact in bfloat16, both: some processors multiply in it
  const half = toBfloat16(w);
  close(dense(x, half), [...dense(x, w).dataSync()], hasKernels() ? 1e-5 : 1e-1);
});

test("cross entropy of chosen tokens", async () => {
  await sameEverywhere(
    x =>
      tf.tidy(() =>
        tokenNll(
          x as tf.Tensor3D,
          tf.tensor2d(
            [
              [3, 0],
              [36, 9],
            ],
            [2, 2],
            "int32",
          ),
        ),
      ),
    [[2, 2, odd]],
  );
  const impossible = tf.tensor3d([
    [
      [0, -1e9, 0],
      [700, -700, 0],
    ],
  ]);
  close(tokenNll(impossible, tf.tensor2d([[0, 0]], [1, 2], "int32")), [Math.log(2), 0]);
});

test("entropy over the vocabulary", async () => {
  for (const V of [odd, 1100])
    await sameEverywhere(x => tf.tidy(() => negativeEntropies(tf.mul(x, 4) as tf.Tensor3D)), [[3, 2, V]], 1e-4);
  const impossible = tf.tensor3d([
    [
      [0, -Infinity, 0],
      [700, -700, 0],
    ],
  ]);
  close(negativeEntropies(impossible), [-Math.log(2), 0]);
  close(
    tf.grad(x => tf.sum(negativeEntropies(x as tf.Tensor3D)))(impossible),
    Array.from({ length: 6 }, () => 0),
  );
  assert.ok(Number.isNaN(negativeEntropies(tf.tensor3d([[[1, Number.NaN]]])).dataSync()[0]));
});

test("bias and ReLU", async () => {
  for (const rows of [1, 70])
    await sameEverywhere((x, b) => tf.tidy(() => biasRelu(own(x), b as tf.Tensor1D)), [[rows, odd], [odd]]);
  close(biasRelu(tf.tensor2d([[1, -3, Number.NaN]]), tf.tensor1d([1, 1, 1])), [2, 0, Number.NaN]);
});

test("a bias, alone and with rows to add", async () => {
  for (const rows of [1, 70]) {
    await sameEverywhere((x, b) => tf.tidy(() => addBias(own(x), b as tf.Tensor1D)), [[rows, odd], [odd]]);
    await sameEverywhere(
      (x, b, more) => tf.tidy(() => addBias(own(x), b as tf.Tensor1D, more as tf.Tensor2D)),
      [[rows, odd], [odd], [rows, odd]],
    );
  }
});

test("what works in place leaves alone what a clone or a view shares", () => {
  for (const inPlace of [biasRelu, addBias]) {
    const x = tf.fill([2, 3], 1) as tf.Tensor2D;
    const [clone, view] = [tf.clone(x), tf.reshape(tf.fill([2, 3], 1), [3, 2])];
    for (const shared of [x, tf.reshape(view, [2, 3]) as tf.Tensor2D])
      close(inPlace(shared, tf.tensor1d([1, 2, 3])), [2, 3, 4, 2, 3, 4]);
    for (const kept of [clone, view]) close(kept, Array(6).fill(1), 0);
  }
});

test("ReLU and a product with one column", async () => {
  for (const rows of [1, 70])
    await sameEverywhere(
      (z, b, w, shift) => reluDot(z as tf.Tensor2D, b as tf.Tensor1D, w as tf.Tensor2D, shift as tf.Tensor1D),
      [[rows, odd], [odd], [odd, 1], [1]],
      5e-5,
    );
});

test("rows with noise are the rows and a window of the pool", () => {
  const [x, pool] = [normals(1, 9, 3, odd), normals(2, 20 * odd) as tf.Tensor1D];
  const [rows, start] = [[8, 0, 8, 5], 11];
  const expected = tf.add(
    tf.gather(x, tf.tensor1d(rows, "int32")),
    tf.reshape(tf.slice(pool, start, 4 * 3 * odd), [4, 3, odd]),
  );
  close(noisyRows(x, rows, pool, start), [...expected.dataSync()], 1e-6);
  leavesNothing(() => noisyRows(x, rows, pool, start));
});

test("the sum of squares is exact over many numbers", () => {
  const tensors = [tf.fill([300, 701], 0.5), tf.fill([3], 2)];
  close(sumOfSquares(tensors), [300 * 701 * 0.25 + 12], 1e-7);
});

/** The definition, head by head. */
function attentionByDefinition(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias_BS: tf.Tensor,
  H: number,
  J: number,
  causal: boolean,
) {
  const [B, S] = bias_BS.shape as number[];
  const [T, C] = [q.shape[0] / B, k.shape[1]! / J];
  const heads = (x: tf.Tensor, rows: number, count: number) =>
    tf.transpose(tf.reshape(x, [B, rows, count, C]), [0, 2, 1, 3]);
  const shared = (x: tf.Tensor) => tf.reshape(tf.stack(Array(H / J).fill(heads(x, S, J)), 2), [B, H, S, C]);
  const ahead = tf.tensor2d(
    Array.from({ length: T }, (_, t) => Array.from({ length: S }, (_, s) => (causal && s > S - T + t ? -1e9 : 0))),
    [T, S],
  );
  const scores = tf.add(
    tf.add(tf.div(tf.matMul(heads(q, T, H), shared(k), false, true), Math.sqrt(C)), ahead),
    tf.reshape(bias_BS, [B, 1, 1, S]),
  );
  return tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), shared(v)), [0, 2, 1, 3]), [B * T, H * C]);
}

for (const [T, S, causal] of [
  [5, 5, true],
  [70, 75, true],
  [9, 6, false],
] as const)
  test(`attention of ${T} tokens to ${S} columns is the definition's`, t => {
    if (!hasKernels()) return t.skip("the kernels are not here");
    const [B, H, J, C] = [2, 4, 2, 10];
    const bias_BS = tf.tensor2d(
      Array.from({ length: B * S }, (_, i) => (i % S === 1 ? -1e9 : 0)),
      [B, S],
    );
    const inputs = [normals(1, B * T, H * C), normals(2, B * S, J * C), normals(3, B * S, J * C)];
    const towards = normals(4, B * T, H * C);
    const fused = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
      fusedAttention(...([q, k, v] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]), bias_BS, {
        heads: H,
        keyValueHeads: J,
        causal,
      });
    const defined = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => attentionByDefinition(q, k, v, bias_BS, H, J, causal);
    close(fused(inputs[0], inputs[1], inputs[2]), [...defined(inputs[0], inputs[1], inputs[2]).dataSync()], 1e-5);
    const gradients = (f: typeof fused | typeof defined) =>
      tf.grads((q, k, v) => tf.sum(tf.mul(f(q, k, v), towards)))(inputs);
    const expected = gradients(defined);
    for (const [i, gradient] of gradients(fused).entries()) close(gradient, [...expected[i].dataSync()], 1e-4);
    leavesNothing(() => fused(inputs[0], inputs[1], inputs[2]));
    leavesNothing(() => tf.tidy(() => gradients(fused)));
  });

test("attention over a cache is the definition's, and writes the new column only", t => {
  if (!hasKernels()) return t.skip("the kernels are not here");
  const [B, G, H, J, C, P, room, filled] = [2, 3, 4, 2, 10, 7, 5, 3];
  const N = B * G;
  const [q, k, v] = [normals(1, N, H * C), normals(2, N, J * C), normals(3, N, J * C)] as tf.Tensor2D[];
  const far = { keys: normals(4, B * J, P, C), values: normals(5, B * J, P, C) } as Record<
    "keys" | "values",
    tf.Tensor3D
  >;
  const own = { keys: normals(6, B * J * G, room, C), values: normals(7, B * J * G, room, C) } as typeof far;
  const ends = [7, 4];
  const before = { keys: own.keys.arraySync(), values: own.values.arraySync() };
  const mixed = fusedCachedAttention(q, k, v, own, far, {
    ends: tf.tensor1d(ends, "int32"),
    filled: tf.scalar(filled, "int32"),
    keyValueHeads: J,
  });
  const heads = { keys: tf.reshape(k, [N, J, C]).arraySync(), values: tf.reshape(v, [N, J, C]).arraySync() } as Record<
    "keys" | "values",
    number[][][]
  >;
  for (let n = 0; n < N; n++) {
    const b = Math.floor(n / G);
    const columns = (which: "keys" | "values") =>
      tf.tensor2d(
        Array.from({ length: ends[b] + filled }, (_, s) =>
          Array.from({ length: J }, (_, j) => {
            const x = (b * J + j) * G + (n % G);
            if (s < ends[b]) return (far[which].arraySync() as number[][][])[b * J + j][s];
            return s - ends[b] === filled - 1 ? heads[which][n][j] : before[which][x][s - ends[b]];
          }).flat(),
        ),
      );
    const row = tf.slice(q, [n, 0], [1, H * C]);
    const bias = tf.zeros([1, ends[b] + filled]);
    const expected = attentionByDefinition(row, columns("keys"), columns("values"), bias, H, J, true);
    close(tf.slice(mixed, [n, 0], [1, H * C]), [...expected.dataSync()], 1e-5);
  }
  const after = own.keys.arraySync();
  for (const [x, rows] of after.entries())
    for (const [column, numbers] of rows.entries())
      if (column !== filled - 1) assert.deepEqual(numbers, before.keys[x][column]);
});
