import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { mean } from "../../src/core/mean";
import { seeded } from "../../src/core/random";
import { type MeasureSamplesOptions, measureSamples } from "../../src/evaluation/measure-samples";
import { bootstrapMean } from "../../src/metrics/bootstrap";
import { distinct } from "../../src/metrics/diversity";
import { splitWords } from "../../src/metrics/words";
import { type CausalLm, causalForward, causalLogits } from "../../src/models/causal/forward";
import { readSeq2SeqConfig } from "../../src/models/seq2seq/config";
import { createSeq2Seq } from "../../src/models/seq2seq/load";
import { type TrainablePolicyOptions, trainablePolicy } from "../../src/policies/trainable-policy";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import { refusesOptions } from "../refuses-options";
import { tinyLlama, tinyWeights } from "../tiny-llama";
import { tinyT5Config } from "../tiny-t5";

before(() => selectBackend());

const scoreBy = (name: string, of: (sample: Sample, i: number) => number): Score<Sample> => ({
  name,
  apply: async samples => Float32Array.from(samples, of),
});
const byLength = scoreBy("length", ({ response }) => response.length);
const prompts = ["a good", [2, 3, 4], { prompt: "so bad" }];
const how = (): MeasureSamplesOptions => ({
  ...{ prompts, score: byLength, judge: scoreBy("judge", ({ index }, i) => index + i / 8) },
  ...{ samples: 3, sampling: { maxNewTokens: 6 }, rng: seeded(0) },
});

/** Log-probabilities of every next token after the prompt and each response token, from an unpadded pass: [T][V]. */
function logProbs(lm: CausalLm, prompt: number[], response: number[]): number[][] {
  const ids = [...prompt, ...response];
  const all = tf.tidy(() => {
    const { last } = causalForward(lm, { ids: [ids], mask: [ids.map(() => 1)] });
    return tf.logSoftmax(causalLogits(lm, last)).arraySync() as number[][][];
  });
  return all[0].slice(prompt.length - 1, -1);
}

test("KL and likelihood are those of two passes by hand; the table is its samples' means", async () => {
  const [lm, reference] = [tinyLlama(), tinyLlama(tinyWeights(1))];
  const policy = trainablePolicy(lm, { train: "low-rank", rank: 2 });
  const tensors = tf.memory().numTensors;
  const drawn: number[][] = [];
  const score = scoreBy("length", ({ response }, i) => {
    drawn[i] = response as number[];
    return response.length;
  });
  const { table, samples } = await measureSamples(policy, { ...how(), score, reference });
  assert.equal(tf.memory().numTensors, tensors);

  const rows = samples.objects() as any[];
  assert.deepEqual(rows.map(({ index }) => index).join(), "0,0,0,1,1,1,2,2,2");
  assert.deepEqual([rows[0].prompt, rows[3].prompt, rows[6].prompt], ["a good", "bcd", "so bad"]);
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4 * (1 + Math.abs(b)), `${a}, expected ${b}`);
  for (const [n, row] of rows.entries()) {
    const response = drawn[n];
    assert.deepEqual(
      row.tokens,
      response.map(id => lm.tokenizer.token(id)),
    );
    const prompt = row.index === 1 ? [2, 3, 4] : lm.tokenizer.encode(row.prompt);
    const [own, other] = [lm, reference].map(model => logProbs(model, prompt, response));
    const kl = own.map((p, t) => p.reduce((sum, l, v) => sum + Math.exp(l) * (l - other[t][v]), 0));
    close(
      row.kl,
      kl.reduce((a, b) => a + b),
    );
    close(row.klPerToken, mean(kl));
    close(row.nll, mean(response.map((id: number, t: number) => -other[t][id])));
    assert.ok(row.kl > 0.1);
    assert.deepEqual([row.length, row.score], [response.length, response.length]);
    assert.equal(row.finished, response.at(-1) === 0);
    assert.ok(row.length === 6 || row.finished);
  }

  const byName = new Map((table.objects() as any[]).map(({ measure, ...interval }) => [measure, interval]));
  assert.deepEqual(
    [...byName.keys()].join(),
    "score,judge,kl,klPerToken,nll,repeated,length,finished,distinct1,distinct2",
  );
  const ofPrompts = (of: (own: any[]) => number) => [0, 1, 2].map(i => of(rows.filter(({ index }) => index === i)));
  for (const name of ["score", "judge", "kl", "klPerToken", "nll", "repeated", "length", "finished"]) {
    const values = ofPrompts(own => mean(own.map(row => Number(row[name]))));
    assert.deepEqual(byName.get(name), bootstrapMean(values, { rng: seeded(0).split("intervals").split(name) }), name);
  }
  const words = ofPrompts(own =>
    distinct(
      own.map(({ response }) => splitWords(response)),
      1,
    ),
  );
  close(byName.get("distinct1").mean, mean(words));

  // Equal seeds, equal rows; memory settings change nothing.
  const again = await measureSamples(policy, { ...how(), reference, batchTokens: 1 });
  assert.deepEqual(again.samples.array("response"), samples.array("response"));
  for (const [i, kl] of (again.samples.array("kl") as number[]).entries()) close(kl, rows[i].kl);
  policy.dispose();
  for (const model of [lm, reference]) model.dispose();
});

const ways: [TrainablePolicyOptions["train"], "causal" | "seq2seq"][] = [
  ["low-rank", "causal"],
  ["upper-layers", "causal"],
  ["whole", "causal"],
  ["whole", "seq2seq"],
];
for (const [train, kind] of ways)
  test(`${train}, ${kind}: KL to the policy's own reference is 0 before training, and not after`, async () => {
    const lm =
      kind === "causal" ? tinyLlama() : createSeq2Seq(readSeq2SeqConfig(tinyT5Config, "T5"), { rng: seeded(0) });
    // This T5 has no tokenizer of its own.
    if (kind === "seq2seq") Object.defineProperty(lm, "tokenizer", { value: tokenizerOfIds });
    const policy = trainablePolicy(lm, { train } as TrainablePolicyOptions);
    const options = {
      ...how(),
      prompts: [
        [2, 3, 4],
        [5, 6],
      ],
      judge: undefined,
    };
    const klOf = async () => mean((await measureSamples(policy, options)).samples.array("kl") as number[]);
    assert.ok(Math.abs(await klOf()) < 1e-3);
    for (const variable of policy.variables)
      variable.assign(tf.tidy(() => tf.add(variable, tf.randomNormal(variable.shape, 0, 0.3, "float32", 1))));
    assert.ok((await klOf()) > 0.01);
    policy.dispose();
    lm.dispose();
  });

const tokenizerOfIds = {
  ...{ special: {}, vocabularySize: tinyT5Config.vocab_size, token: String, decode: (ids: number[]) => ids.join(" ") },
  encode: () => [],
};

test("what cannot be measured is named; a signal ends it; progress counts up", async t => {
  const lm = tinyLlama();
  const policy = trainablePolicy(lm, { train: "low-rank", rank: 2 });
  t.after(() => {
    policy.dispose();
    lm.dispose();
  });
  const measure = (change: object) => measureSamples(policy, { ...how(), ...change });
  const nan = scoreBy("broken", (_, i) => (i === 4 ? Number.NaN : 0));
  await assert.rejects(measure({ score: nan }), /measureSamples: broken gives candidate 4 the score NaN/);
  const infinite = scoreBy("far", (_, i) => (i === 4 ? Infinity : 0));
  await assert.rejects(
    measure({ judge: infinite }),
    /measureSamples: judge of sample 4, ".*" to prompt 1, is Infinity/,
  );
  await assert.rejects(measure({ prompts: [] }), /measureSamples: there are no prompts/);
  await assert.rejects(measure({ prompts: [[99]] }), /measureSamples: prompt 0: 99 is no token id of the model/);
  const { reference, ...bare } = policy;
  await assert.rejects(measureSamples(bare, how()), /measureSamples: tiny has no reference\. Give one, such as/);
  await assert.rejects(measure({ reference: lm }), /trains\. Give `frozenCopy`/);
  const controller = new AbortController();
  const score = scoreBy("aborting", () => {
    controller.abort(new Error("enough"));
    return 0;
  });
  await assert.rejects(measure({ score, signal: controller.signal }), /enough/);

  const seen: Record<string, [number, number][]> = { sampling: [], measuring: [] };
  await measure({ onProgress: (what: string, done: number, total: number) => seen[what].push([done, total]) });
  assert.deepEqual(
    [seen.sampling.at(-1), seen.measuring.at(-1)],
    [
      [54, 54],
      [9, 9],
    ],
  );
});

{
  const [lm, policies]: [CausalLm[], any[]] = [[], []];
  refusesOptions({
    name: "measureSamples",
    call(options: MeasureSamplesOptions) {
      lm[0] ??= tinyLlama();
      policies[0] ??= trainablePolicy(lm[0], { train: "low-rank", rank: 2 });
      return measureSamples(policies[0], options);
    },
    right: { ...how(), batchTokens: Infinity },
    wrong: [
      [{ prompts: "p" }, /prompts is "p"\. Give a list/],
      [{ score: 1 }, /score is 1\. Give a score of samples/],
      [{ judge: {} }, /judge is a record/],
      [{ samples: 0 }, /samples is 0/],
      [{ sampling: undefined }, /sampling is missing/],
      [{ sampling: { maxNewTokens: 4, topP: 2 } }, /sampling\.topP is 2/],
      [{ reference: "gpt2" }, /reference is "gpt2"/],
      [{ rng: 0 }, /rng is 0/],
      [{ batchTokens: 0 }, /batchTokens is 0/],
      [{ onProgress: true }, /onProgress is true/],
      [{ signal: 1 }, /signal is 1/],
    ],
  });
}
