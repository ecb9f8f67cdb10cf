import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { causalBias, paddingBias, perPrompt, sharedPrefixAttention } from "../../../src/models/parts/attention";
import { close, leavesNothing } from "../../close";

before(() => selectBackend());

// Two rows, two prompts of two tokens, two key/value heads for two query heads each, of width 2; prefixes of 2 and 1
// tokens.
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
});
const ownOf = ({ keys, values }: { keys: tf.Tensor; values: tf.Tensor }) => ({
  keys: perPrompt(keys, shape()),
  values: perPrompt(values, shape()),
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
    const own = ownOf({ keys, values });
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
              const ownRows = Array.from({ length: t + 1 }, (_, s) => ({
                key: k[b][g * T + s][j],
                value: v[b][g * T + s][j],
              }));
              const far = withPrefix ? rows.slice(0, lengths[b]) : [];
              expected.push(mix(q[b][g * T + t][h], [...far, ...ownRows]));
            }
      const found = sharedPrefixAttention(queries, own, causalBias(T, R), shape(), withPrefix ? prefix : undefined);
      assert.deepEqual(found.shape, [B * G * T, J * R * C]);
      close(found, expected);
    }
  });
});

test("padding of a prefix changes nothing, and nothing survives", () => {
  const { queries, keys, values, prefix } = inputs();
  const own = ownOf({ keys, values });
  const causal = causalBias(T, R);
  const attend = (past?: typeof prefix) => sharedPrefixAttention(queries, own, causal, shape(), past);
  const padding = tf.tensor3d([...Array(8).fill(0), 0, 0, 1e3, -1e3, 0, 0, 1e3, -1e3], [B * J, 2, C]);
  const other = { ...prefix, values: tf.add(prefix.values, padding) as tf.Tensor3D };
  close(attend(other), [...attend(prefix).dataSync()]);
  leavesNothing(() => attend(prefix));
  leavesNothing(() => attend());
});

test("new tokens see all that their prompt holds already", () => {
  tf.tidy(() => {
    const { queries, keys, values } = inputs();
    const all = ownOf({ keys, values });
    const whole = tf.reshape(sharedPrefixAttention(queries, all, causalBias(T, R), shape()), [B * G, T, J * R * C]);
    const last = tf.slice(tf.reshape(queries, [B, G, T, J * R * C]), [0, 0, T - 1, 0], [B, G, 1, J * R * C]);
    const found = sharedPrefixAttention(last, all, causalBias(1, R, T), { ...shape(), tokens: 1 });
    close(found, [...tf.slice(whole, [0, T - 1, 0], [B * G, 1, J * R * C]).dataSync()]);
  });
});

test("padding is barred for each key/value head of its row", () => {
  assert.deepEqual(
    paddingBias(
      [
        [0, 1],
        [1, 1],
      ],
      2,
    ).arraySync(),
    [[[-1e9, 0]], [[-1e9, 0]], [[0, 0]], [[0, 0]]],
  );
});

test("the causal bias bars what lies ahead, in each head", () => {
  const seen = [
    [0, -1e9, -1e9],
    [0, 0, -1e9],
    [0, 0, 0],
  ];
  assert.deepEqual(causalBias(3, 2).arraySync(), [...seen, ...seen]);
  assert.deepEqual(causalBias(2, 1, 3).arraySync(), seen.slice(1));
});
