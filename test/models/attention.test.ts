import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { causalBias, sharedPrefixAttention } from "../../src/models/attention";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

// Two rows, two prompts of two tokens, two key/value heads for two query heads each, of width 2; prefixes of 2 and 1 tokens.
const [B, G, T, J, R, C] = [2, 2, 2, 2, 2, 2];
const lengths = [2, 1];
const rng = seeded(0);
const normals = (...shape: number[]) =>
  tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rng.normal), shape);
const inputs = () => ({
  queries: normals(B, G * T, J * R, C),
  keys: normals(B * G * T, J * C),
  values: normals(B * G * T, J * C),
  prefix: {
    keys: normals(B * J, 2, C) as tf.Tensor3D,
    values: normals(B * J, 2, C) as tf.Tensor3D,
    bias_X1P: tf.tensor3d([0, 0, 0, 0, 0, -1e9, 0, -1e9], [B * J, 1, 2]),
  },
});
const shape = () => ({
  rows: B,
  prompts: G,
  tokens: T,
  heads: J * R,
  keyValueHeads: J,
  headWidth: C,
  causal: causalBias(T, R),
});

/** softmax(q·k / √C) · v over the pairs of keys and values a token sees. */
function mix(query: number[], seen: { key: number[]; value: number[] }[]): number[] {
  const weights = seen.map(({ key }) => Math.exp(query.reduce((sum, q, c) => sum + q * key[c], 0) / Math.sqrt(C)));
  const total = weights.reduce((a, b) => a + b, 0);
  return query.map((_, c) => seen.reduce((sum, { value }, i) => sum + (weights[i] / total) * value[c], 0));
}

test("every token mixes its row's prefix and its own prompt up to itself", () => {
  tf.tidy(() => {
    const { queries, keys, values, prefix } = inputs();
    const q = queries.arraySync() as number[][][][];
    const [k, v] = [keys, values].map(x => tf.reshape(x, [B, G * T, J, C]).arraySync() as number[][][][]);
    const [farKeys, farValues] = [prefix.keys.arraySync(), prefix.values.arraySync()];
    for (const withPrefix of [true, false]) {
      const expected = [];
      for (let b = 0; b < B; b++)
        for (let g = 0; g < G; g++)
          for (let t = 0; t < T; t++)
            for (let h = 0; h < J * R; h++) {
              const j = Math.floor(h / R);
              const rows = farKeys[b * J + j].map((key, p) => ({ key, value: farValues[b * J + j][p] }));
              const own = Array.from({ length: t + 1 }, (_, s) => ({
                key: k[b][g * T + s][j],
                value: v[b][g * T + s][j],
              }));
              const far = withPrefix ? rows.slice(0, lengths[b]) : [];
              expected.push(mix(q[b][g * T + t][h], [...far, ...own]));
            }
      const found = sharedPrefixAttention(queries, keys, values, shape(), withPrefix ? prefix : undefined);
      assert.deepEqual(found.shape, [B * G * T, J * R * C]);
      close(found, expected);
    }
  });
});

test("padding of a prefix changes nothing, and nothing survives", () => {
  const { queries, keys, values, prefix } = inputs();
  const common = shape();
  const padding = tf.tensor3d([...Array(8).fill(0), 0, 0, 1e3, -1e3, 0, 0, 1e3, -1e3], [B * J, 2, C]);
  const other = { ...prefix, values: tf.add(prefix.values, padding) as tf.Tensor3D };
  close(sharedPrefixAttention(queries, keys, values, common, other), [
    ...sharedPrefixAttention(queries, keys, values, common, prefix).dataSync(),
  ]);
  leavesNothing(() => sharedPrefixAttention(queries, keys, values, common, prefix));
  leavesNothing(() => sharedPrefixAttention(queries, keys, values, common));
});

test("the causal bias bars what lies ahead, in each head", () => {
  const seen = [
    [0, -1e9, -1e9],
    [0, 0, -1e9],
    [0, 0, 0],
  ];
  assert.deepEqual(causalBias(3, 2).arraySync(), [...seen, ...seen]);
});
