import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import type { CausalLm } from "../../src/models/causal/forward";
import { causalLogits, causalStates } from "../../src/models/causal/forward";
import {
  type ClassifierOptions,
  classProbabilities,
  createClassifier,
  prepareTexts,
} from "../../src/policies/classifier";
import { close } from "../close";
import { tinyConfig, tinyLlama } from "../tiny-llama";
import { examples, tinyClassifier } from "../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const texts = examples.map(({ text }) => text);
const prompts = [[30, 31], [], [50], [33, 52], [40, 2, 3]];
const [bad, good] = [52, 50];

/** softmax of the verbalizers' logits after the whole sequence, for every prompt and text. */
const byHand = () =>
  tf.tidy(() =>
    prompts.map(prompt =>
      texts.map(text => {
        const scores = causalLogits(
          model,
          causalStates(model, [[0, ...model.tokenizer.encode(text), ...prompt]]).last,
        ).arraySync();
        const [negative, positive] = [bad, good].map(id => Math.exp(scores[0].at(-1)![id]));
        return [negative / (negative + positive), positive / (negative + positive)];
      }),
    ),
  );

test("prepared or not, prompts of any length: softmax of the verbalizers after text + prompt, in the order of texts", async () => {
  const classifier = tinyClassifier(model);
  const expected = byHand();
  const told: [number, number][] = [];
  const tell = (done: number, total: number) => told.push([done, total]);
  const flat = (found: Float32Array[][]) => tf.tensor1d(found.flat().flatMap(row => [...row]));

  close(flat(await classProbabilities(classifier, texts, prompts, tell)), expected, 1e-4);
  assert.deepEqual(told.at(-1), [20, 20]);
  const prepared = prepareTexts(classifier, texts);
  close(flat(await classProbabilities(classifier, prepared, prompts)), expected, 1e-4);
  close(flat(await classProbabilities(classifier, prepared, [prompts[2]])), expected[2], 1e-4);
  assert.deepEqual(await classProbabilities(classifier, prepared, []), []);
  prepared.dispose();
  classifier.verbalizers_DC.dispose();
});

test("more texts than a pass holds, prepared or not, keep their order", async () => {
  const classifier = tinyClassifier(model);
  const many = Array.from({ length: 70 }, (_, i) => texts[i % texts.length]);
  const prepared = prepareTexts(classifier, many);
  const [few] = await classProbabilities(classifier, texts, [[30]]);
  for (const source of [many, prepared]) {
    const [found] = await classProbabilities(classifier, source, [[30]]);
    for (const [i, row] of found.entries()) close(tf.tensor1d([...row]), [...few[i % texts.length]], 1e-4);
  }
  prepared.dispose();
  classifier.verbalizers_DC.dispose();
});

test("nothing stays allocated, after errors neither", async () => {
  const classifier = tinyClassifier(model);
  const start = tf.memory().numTensors;
  await classProbabilities(classifier, texts, prompts);
  prepareTexts(classifier, texts).dispose();
  const tooLong = [...Array(40).fill(" a"), " a".repeat(tinyConfig.contextLength)];
  assert.throws(() => prepareTexts(classifier, tooLong), /49 tokens exceed its context of 48/);
  await assert.rejects(classProbabilities(classifier, tooLong, [[30]]), /tokens exceed its context/);
  const fits = tooLong.map(text => text.slice(0, -4));
  await assert.rejects(classProbabilities(classifier, fits, [[30, 31, 32]]), /50 tokens exceed its context/);
  assert.equal(tf.memory().numTensors, start);
  classifier.verbalizers_DC.dispose();
});

test("errors name what is wrong with a classifier's options", () => {
  const verbalizers = { negative: " bad", positive: " good" };
  const table: [ClassifierOptions, RegExp][] = [
    [
      { verbalizers: { only: " good" } },
      /createClassifier: there are 1 classes\. Give a verbalizer for each of at least/,
    ],
    [
      { verbalizers: { ...verbalizers, mixed: " bad good" } },
      /createClassifier: verbalizer of "mixed": " bad good" is 2 tokens \(" bad" " good"\), not one/,
    ],
    [
      { verbalizers: { ...verbalizers, mixed: " bad" } },
      /two classes have the same verbalizer\. Give each its own word/,
    ],
    [
      { verbalizers, template: "{prompt}{text}" as never },
      /template is "\{prompt\}\{text\}"\. There is \{text\}\{prompt\}/,
    ],
  ];
  for (const [options, message] of table) assert.throws(() => createClassifier(model, options), message);
});
