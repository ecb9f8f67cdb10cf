// The paper's setting from files to the table, with a T5 of a few kilobytes; only names and sizes differ.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type SummarizationRun, summarizationRun } from "../../../experiments/summarization/run";
import {
  type SummarizationSetting,
  summarizationSettings,
  type Trainable,
} from "../../../experiments/summarization/settings";
import { type SummarizationTask, summarizationTask } from "../../../experiments/summarization/task";
import type { SummarizationVariantName } from "../../../experiments/summarization/variants";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { summaryTable } from "../../../src/evaluation/summaries";
import type { Completion } from "../../../src/training/completion";
import type { PolicyRow } from "../../../src/training/train-policy";
import { writeTinyT5 } from "../../tiny-t5";

const { paper, toy } = summarizationSettings;
const { training } = paper;
const small = (model: string, file: string): SummarizationSetting => ({
  ...paper,
  lm: { ...paper.lm, model },
  data: file,
  loading: { split: { valid: 3, test: 3, seed: 0 } },
  documentTokens: 60,
  summaryTokens: 10,
  training: {
    ...training,
    ...{ epochs: 2, batchSize: 4, microBatchSize: 2, learningRate: 2e-3, validateEvery: 1 },
    guidance: {
      ...training.guidance!,
      learn: {
        ...training.guidance!.learn,
        listSize: 12,
        listsPerStep: 8,
        steps: 8,
        hidden: 16,
        every: 4,
        learningRate: 1e-3,
      },
    },
  },
  samples: 2,
  beams: 2,
});

// Whole tokens of the tokenizer, so that samples of random weights have words in common with references, and an order.
const words = "the was is a one walk tokenizer great short token walked read man to on low".split(" ");
const story = (n: number) => {
  const rng = seeded(n);
  const sentence = () => Array.from({ length: 6 }, () => words[rng.integer(words.length)]).join(" ");
  return { id: n, document: `${sentence()}. ${sentence()}. ${sentence()}.`, summary: `${sentence()}.` };
};

let folder: string;
let file: string;
let model: string;
before(async () => {
  await selectBackend();
  folder = mkdtempSync(path.join(tmpdir(), "tokenwise-t5-"));
  file = path.join(folder, "stories.jsonl");
  writeFileSync(file, Array.from({ length: 14 }, (_, n) => JSON.stringify(story(n))).join("\n"));
  model = await writeTinyT5(folder);
});
after(() => rmSync(folder, { recursive: true }));

async function run(task: SummarizationTask, variant: SummarizationVariantName) {
  const rows: PolicyRow[] = [];
  const sampledAt = new Set<number>();
  const onSamples = (all: Completion[]) => {
    for (const { step } of all) sampledAt.add(step);
  };
  const training = summarizationRun(task, { variant, seed: 0, onSamples });
  for (;;) {
    const { done, value } = await training.next();
    if (done) return { rows, result: value as SummarizationRun, sampledAt: [...sampledAt] };
    rows.push(...value);
  }
}

test("the paper's setting on a tiny T5: guidance from METEOR, relearning, the best policy, the table", async () => {
  const start = tf.memory().numTensors;
  const setting = small(model, file);
  const task = await summarizationTask(setting);
  assert.equal(task.tokenizer.decode(task.test[0].prompt).startsWith("summarize: "), true);
  assert.equal(task.variables.length, 2 + 2 * 8 + 2 * 13 + 3); // shared, biases, layers, final norms: all of them train
  const mle = await run(task, "mle");
  const { rows, result, sampledAt } = await run(task, "guided");
  const steps = (name: string) => rows.filter(row => row.name === name).map(({ step }) => step);
  // Two updates an epoch, anew every half. Samples without an order, which this LM often gives, keep the guidance.
  assert.deepEqual(sampledAt, [0, 1, 2, 3]);
  assert.ok(steps("listwise").length > 0 && steps("listwise").every(step => sampledAt.includes(step)));
  assert.deepEqual(steps("validation"), [2, 4]);
  const losses = rows.filter(({ name }) => name === "weightedMle").map(({ value }) => value);
  assert.ok(losses.at(-1)! < losses[0], losses.join());
  assert.ok([2, 4].includes(result.bestStep));
  assert.deepEqual(
    [...new Set(result.summaries.map(({ decoding, texts }) => `${decoding} ${texts.length}`))],
    ["greedy 1", "sampled 2", "beams 1"],
  );
  const greedy = ({ summaries }: SummarizationRun) =>
    summaries.filter(({ decoding }) => decoding === "greedy").map(({ scores }) => scores);
  const methods = [mle.result, result].map(run => ({ method: run.variant, scores: greedy(run) }));
  const table = summaryTable(methods, { baseline: "mle", rng: seeded(0) });
  assert.equal(table.numRows(), 2 * 6);
  task.dispose();
  assert.equal(tf.memory().numTensors, start);
});

const ways: [string, Trainable][] = [
  ["all weights", "all"],
  ["top layers", { fromLayer: 1 }],
  ["low-rank updates", { lowRank: { rank: 2 } }],
  ["low-rank updates in top layers", { lowRank: { rank: 2 }, fromLayer: 1 }],
];
for (const [kind, settingOf] of [
  ["encoder–decoder", () => small(model, file)],
  ["decoder-only", () => ({ ...small(model, file), lm: toy.lm })],
] as const)
  test(`an LM that is ${kind} trains in every way, from the same start`, async () => {
    const start = tf.memory().numTensors;
    const first: number[] = [];
    for (const [way, trained] of ways) {
      const setting = settingOf();
      const task = await summarizationTask({
        ...setting,
        lm: { ...setting.lm, trainable: trained },
        training: { ...setting.training, epochs: 1 },
        samples: 1,
        beams: undefined,
      });
      const { rows } = await run(task, "mle");
      task.dispose();
      const losses = rows.filter(({ name }) => name === "loss").map(({ value }) => value);
      assert.ok(losses.every(Number.isFinite) && losses.length === 2, way);
      first.push(losses[0]);
      assert.equal(tf.memory().numTensors, start, way);
    }
    for (const loss of first) assert.ok(Math.abs(loss - first[0]) < 1e-3 * first[0], first.join());
  });
