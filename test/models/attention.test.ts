import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { causalBias, sharedPrefixAttention } from "../../src/models/attention";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

// Two rows, two prompts of two tokens, one key/value head for two query heads of width 2; prefixes of 2 and 1 tokens.
const [B, G, T, J, R, C] = [2, 2, 2, 1, 2, 2];
const lengths = [2, 1];
const rng = seeded(0);
const normals = (shape: [number, number, number, number]) =>
  tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rng.normal), shape) as tf.Tensor4D;

function inputs() {
  const bias_B11P = tf.tensor4d([0, 0, 0, -1e9], [B, 1, 1, 2]);
  return {
    queries: normals([B, G * T, J * R, C]),
    keys: normals([B, G * T, J, C]),
    values: normals([B, G * T, J, C]),
    prefix: { keys_BJPC: normals([B, J, 2, C]), values_BJPC: normals([B, J, 2, C]), bias_B11P },
  };
}
const shape = () => ({ prompts: G, keyValueHeads: J, headWidth: C, causal_TT: causalBias(T) });

/** softmax(q·k / √C) · v over the pairs of keys and values a token sees. */
function mix(query: number[], seen: { key: number[]; value: number[] }[]): number[] {
  const weights = seen.map(({ key }) => Math.exp(query.reduce((sum, q, c) => sum + q * key[c], 0) / Math.sqrt(C)));
  const total = weights.reduce((a, b) => a + b, 0);
  return query.map((_, c) => seen.reduce((sum, { value }, i) => sum + (weights[i] / total) * value[c], 0));
}

test("every token mixes its row's prefix and its own prompt up to itself", () => {
  tf.tidy(() => {
    const { queries, keys, values, prefix } = inputs();
    const [q, k, v] = [queries, keys, values].map(x => x.arraySync());
    const [farKeys, farValues] = [prefix.keys_BJPC.arraySync(), prefix.values_BJPC.arraySync()];
    for (const withPrefix of [true, false]) {
      const expected = [];
      for (let b = 0; b < B; b++)
        for (let g = 0; g < G; g++)
          for (let t = 0; t < T; t++)
            for (let h = 0; h < J * R; h++) {
              const far = farKeys[b][0].map((key, p) => ({ key, value: farValues[b][0][p] })).slice(0, lengths[b]);
              const near = Array.from({ length: t + 1 }, (_, s) => g * T + s);
              const own = near.map(n => ({ key: k[b][n][0], value: v[b][n][0] }));
              expected.push(mix(q[b][g * T + t][h], withPrefix ? [...far, ...own] : own));
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
  const padding = tf.tensor4d([0, 0, 0, 0, 0, 0, 1e3, -1e3], [B, J, 2, C]);
  const other = { ...prefix, values_BJPC: tf.add(prefix.values_BJPC, padding) as tf.Tensor4D };
  close(sharedPrefixAttention(queries, keys, values, common, other), [
    ...sharedPrefixAttention(queries, keys, values, common, prefix).dataSync(),
  ]);
  leavesNothing(() => sharedPrefixAttention(queries, keys, values, common, prefix));
  leavesNothing(() => sharedPrefixAttention(queries, keys, values, common));
});

test("the causal bias bars what lies ahead", () => {
  assert.deepEqual(causalBias(3).arraySync(), [
    [0, -1e9, -1e9],
    [0, 0, -1e9],
    [0, 0, 0],
  ]);
});
