import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import type { CausalLm } from "../../../src/models/causal/forward";
import {
  causalForward,
  causalLogits,
  causalPromptStates,
  causalStates,
  disposeCache,
  headRows,
  lastStates,
} from "../../../src/models/causal/forward";
import { rmsNorm } from "../../../src/models/parts/layers";
import { close, leavesNothing } from "../../close";
import { tinyConfig, tinyLlama } from "../../tiny-llama";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const prefixes = [
  [0, 7, 31, 50],
  [0, 4],
  [0, 21, 22, 9, 40, 52, 3],
];
const prompts = [
  [30, 31, 53],
  [8, 9, 10],
  [50, 2, 2],
  [33, 52, 17],
];
const { width } = tinyConfig;

/** The hidden states of one sequence on its own, [T, D]. */
const alone = (sequence: number[]) => tf.squeeze(causalStates(model, [sequence]).last, [0]) as tf.Tensor2D;
const inTidy = (name: string, run: () => void) => test(name, () => tf.tidy(run));

inTidy("a padded batch gives what each sequence gives alone", () => {
  const { last, cache } = causalStates(model, prefixes);
  assert.deepEqual(cache.lengths, [4, 2, 7]);
  for (const [b, sequence] of prefixes.entries())
    close(tf.slice(last, [b, 0, 0], [1, sequence.length, width]), [...alone(sequence).dataSync()], 1e-4);
  const ends = prefixes.map(sequence => [...alone(sequence).dataSync()].slice(-width));
  close(lastStates(last, cache.lengths), ends, 1e-4);
});

inTidy("a token sees those before it and none after", () => {
  const [a, b, c] = [
    [0, 7, 31, 50],
    [0, 7, 31, 8],
    [0, 9, 31, 50],
  ].map(ids => alone(ids).arraySync());
  assert.deepEqual(a.slice(0, 3), b.slice(0, 3));
  assert.notDeepEqual(a[3], b[3]);
  assert.notDeepEqual(a[3], c[3]);
});

inTidy("prompts on shared prefixes give what prefix + prompt gives, for each pair", () => {
  const { cache } = causalStates(model, prefixes);
  const { last } = causalPromptStates(model, cache, prompts);
  assert.deepEqual(last.shape, [3, 4 * 3, width]);
  for (const [b, prefix] of prefixes.entries())
    for (const [g, prompt] of prompts.entries()) {
      const expected = [...alone([...prefix, ...prompt]).dataSync()].slice(-3 * width);
      close(tf.slice(last, [b, 3 * g, 0], [1, 3, width]), expected, 1e-4);
    }
});

inTidy("padding on the left or on both sides changes nothing", () => {
  const ids = [
    [9, 9, 0, 7, 31, 50],
    [9, 0, 4, 9, 9, 9],
  ];
  const mask = [
    [0, 0, 1, 1, 1, 1],
    [0, 1, 1, 0, 0, 0],
  ];
  const { last, captured } = causalForward(model, { ids, mask }, { captureLayer: 1 });
  close(tf.slice(last, [0, 2, 0], [1, 4, width]), [...alone(prefixes[0]).dataSync()], 1e-4);
  close(tf.slice(last, [1, 1, 0], [1, 2, width]), [...alone(prefixes[1]).dataSync()], 1e-4);
  const { captured: expected } = causalStates(model, [prefixes[0]], { captureLayer: 1 });
  close(tf.slice(captured!, [0, 2, 0], [1, 4, width]), [...expected!.dataSync()], 1e-4);
  const shifted = causalForward(model, { ids: [prefixes[1]], mask: [[1, 1]] }, { positions: [[0, 9]] }).last;
  assert.notDeepEqual([...shifted.dataSync()], [...alone(prefixes[1]).dataSync()]);
});

inTidy("a captured layer gives its normed input, and stopping there changes nothing below", () => {
  const embedded = tf.gather(model.weights["model.embed_tokens.weight"], prefixes[0]);
  const gain_D = model.weights["model.norm.weight"] as tf.Tensor1D;
  close(causalStates(model, [prefixes[0]], { captureLayer: 0 }).captured!, [
    ...rmsNorm(embedded, gain_D, tinyConfig.normEpsilon).dataSync(),
  ]);
  const below: CausalLm = { ...model, config: { ...tinyConfig, layers: 1 } };
  const captured = [...causalStates(below, [prefixes[0]]).last.dataSync()];
  close(causalStates(model, [prefixes[0]], { captureLayer: 1 }).captured!, captured);
  const { cache } = causalStates(model, [prefixes[0]]);
  const whole = causalPromptStates(model, cache, prompts, { captureLayer: 1 });
  const stopped = causalPromptStates(model, cache, prompts, { captureLayer: 1, stopAtCapture: true });
  close(stopped.captured!, [...whole.captured!.dataSync()]);
  assert.notDeepEqual(whole.last.arraySync(), whole.captured!.arraySync());
});

inTidy("logits are products with the head's rows", () => {
  const hidden_BD = lastStates(causalStates(model, [prefixes[1]]).last, [2]);
  const [h, head] = [
    hidden_BD.arraySync()[0],
    headRows(model, [...Array(tinyConfig.vocabularySize).keys()]).arraySync(),
  ];
  close(
    causalLogits(model, hidden_BD),
    head.map(row => row.reduce((sum, x, d) => sum + x * h[d], 0)),
  );
  assert.deepEqual(causalLogits(model, tf.ones([2, 3, width]) as tf.Tensor3D).shape, [2, 3, tinyConfig.vocabularySize]);
});

inTidy("what cannot be encoded is named", () => {
  const long = Array(tinyConfig.contextLength).fill(1);
  assert.throws(() => causalStates(model, []), /^Error: tiny: there is no sequence/);
  assert.throws(
    () => causalStates(model, [[1], []]),
    /tiny: sequence 1 has no token\. Start each with a start token\./,
  );
  assert.throws(() => causalStates(model, [[...long, 1]]), /tiny: 49 tokens exceed its context of 48\. Shorten/);
  const { cache } = causalStates(model, [long, [1]]);
  assert.throws(() => causalPromptStates(model, cache, [[1]]), /tiny: 49 tokens exceed its context/);
  assert.throws(() => causalForward(model, { ids: [[1, 1]], mask: [[0, 0]] }), /tiny: sequence 0 has no token/);
  assert.throws(() => causalPromptStates(model, cache, []), /causalPromptStates: there is no prompt/);
  assert.throws(
    () => causalPromptStates(model, cache, [[1], [1, 2]]),
    /causalPromptStates: prompt 1 has 2 tokens, prompt 0 has 1/,
  );
  assert.throws(() => causalPromptStates(model, cache, [[]]), /causalPromptStates: prompt 0 has no token/);
});

test("nothing survives but what is returned", () => {
  const container = (found: object) => found as tf.TensorContainer;
  leavesNothing(() => container(causalStates(model, prefixes, { captureLayer: 1 })));
  const start = tf.memory().numTensors;
  const { last, cache } = causalStates(model, prefixes);
  leavesNothing(() => container(causalPromptStates(model, cache, prompts, { captureLayer: 1 })));
  leavesNothing(() => container(causalPromptStates(model, cache, prompts, { captureLayer: 1, stopAtCapture: true })));
  leavesNothing(() => container(causalForward(model, { ids: [[9, 0]], mask: [[0, 1]] })));
  leavesNothing(() => headRows(model, [3, 3]));
  leavesNothing(() => causalLogits(model, last));
  leavesNothing(() => lastStates(last, cache.lengths));
  last.dispose();
  disposeCache(cache);
  assert.equal(tf.memory().numTensors, start);
});
