import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { candidateTokens } from "../../src/generation/candidates";
import type { CausalLm } from "../../src/models/causal/forward";
import { causalLogits, causalStates } from "../../src/models/causal/forward";
import { tinyLlama, tinyTokenizer } from "../tiny-llama";
import { examples } from "../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const texts = examples.map(({ text }) => text);
const words = tinyTokenizer["tokenizer.ggml.tokens"].flatMap((token, id) => (/^Ġ[a-z]+$/.test(token) ? [id] : []));

test("straight after the texts: word-initial tokens by their mean probability", async () => {
  const mass = new Map(words.map(id => [id, 0]));
  for (const text of texts)
    tf.tidy(() => {
      const all = causalLogits(model, causalStates(model, [[0, ...model.tokenizer.encode(text)]]).last)
        .arraySync()[0]
        .at(-1)!;
      const total = all.reduce((sum, x) => sum + Math.exp(x), 0);
      for (const id of words) mass.set(id, mass.get(id)! + Math.exp(all[id]) / total);
    });
  const expected = [...words].sort((a, b) => mass.get(b)! - mass.get(a)!);
  assert.deepEqual(await candidateTokens(model, texts, { depth: 1, rng: seeded(0) }), expected);
  assert.deepEqual(await candidateTokens(model, texts, { depth: 1, size: 7, rng: seeded(0) }), expected.slice(0, 7));
});

test("deeper, samples count too: only words, each once; the same seed gives the same; no tensor stays", async () => {
  const before = tf.memory().numTensors;
  const find = (seed: number) => candidateTokens(model, [...texts, ...Array(40).fill(" a")], { rng: seeded(seed) });
  const found = await find(1);
  assert.deepEqual(
    [...found].sort((a, b) => a - b),
    words,
  );
  assert.deepEqual(await find(1), found);
  assert.notDeepEqual(await find(2), found);
  assert.equal(tf.memory().numTensors, before);
});
