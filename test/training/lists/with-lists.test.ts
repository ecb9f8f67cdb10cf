import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { selectBackend } from "../../../src/backend/select";
import { mean } from "../../../src/core/mean";
import { seeded } from "../../../src/core/random";
import { meanTokens } from "../../../src/guidance/aggregate";
import { learnGuidance } from "../../../src/guidance/learn-guidance";
import { loadSeq2Seq } from "../../../src/models/seq2seq/load";
import { trainable } from "../../../src/models/trainable";
import { dpo } from "../../../src/objectives/dpo";
import { ipo } from "../../../src/objectives/ipo";
import { kto } from "../../../src/objectives/kto";
import { mle } from "../../../src/objectives/mle";
import type { Objective } from "../../../src/objectives/objective";
import { scaled } from "../../../src/objectives/objective";
import { oddsRatio } from "../../../src/objectives/odds-ratio";
import { plackettLuceDpo } from "../../../src/objectives/plackett-luce-dpo";
import { reinforce } from "../../../src/objectives/reinforce";
import { simpo } from "../../../src/objectives/simpo";
import { slic } from "../../../src/objectives/slic";
import { tdpo } from "../../../src/objectives/tdpo";
import { weightedMle } from "../../../src/objectives/weighted-mle";
import { causalFullPolicy } from "../../../src/policies/causal-full";
import type { ResponsePolicy } from "../../../src/policies/response-policy";
import { type TrainablePolicyOptions, trainablePolicy } from "../../../src/policies/trainable-policy";
import { fromPairs } from "../../../src/preferences/from-pairs";
import { fromRatings } from "../../../src/preferences/from-ratings";
import { resumeFrom } from "../../../src/training/checkpoint";
import { meanLogRatio } from "../../../src/training/lists/reference";
import { type ListTraining, trainWithLists } from "../../../src/training/lists/with-lists";
import type { PolicyRow } from "../../../src/training/train-policy";
import { temporaryFolder } from "../../temporary";
import { tinyLlama, tinyWeights } from "../../tiny-llama";
import { writeTinyT5 } from "../../tiny-t5";

before(() => selectBackend());

const letters = [..."abcdefgh"];
/** Pairs of which the better response ends with "q" and the worse one, of another length, with "so". */
const pairs = fromPairs(
  aq.from(
    letters.map((letter, i) => ({
      ...{
        prompt: `${letter} ${letters[(i + 3) % 8]}`,
        chosen: ` ${letter} q`,
        rejected: ` so${" a".repeat(i % 3)} so`,
      },
      margin: 1 + i,
    })),
  ),
);
/** Lists of two, three and four, some with ties. */
const rated = fromRatings(
  aq.from(
    [
      [3, 1],
      [2, 2, 1],
      [4, 3, 2, 1],
      [3, 3, 1, 1],
      [1, 2, 3],
      [5, 2],
    ].flatMap((ratings, i) =>
      ratings.map((rating, j) => ({
        prompt: `${letters[i]} ${letters[5 - i]}`,
        response: ` ${letters[j]}${" q".repeat(rating)}`,
        rating,
      })),
    ),
  ),
);
const lowRank: TrainablePolicyOptions = { train: "low-rank", rank: 2 };

/** Trains a fresh tiny LM; its rows. */
async function run(
  change: Partial<ListTraining> = {},
  { stopAfter = Infinity, train = lowRank }: { stopAfter?: number; train?: TrainablePolicyOptions } = {},
): Promise<PolicyRow[]> {
  const model = tinyLlama();
  const policy = trainablePolicy(model, train);
  const rows: PolicyRow[] = [];
  try {
    const training = trainWithLists({
      ...{ policy, lists: pairs, objectives: [dpo()], epochs: 2, batchSize: 3, learningRate: 0.02, rng: seeded(3) },
      ...change,
    });
    for await (const batch of training) {
      rows.push(...batch);
      if (rows.at(-1)!.step >= stopAfter) break;
    }
    return rows;
  } finally {
    policy.dispose();
    model.dispose();
  }
}

const of = (rows: PolicyRow[], name: string) => rows.filter(row => row.name === name).map(({ value }) => value);

/** The same rows, up to rounding; at the reference that alone decides who is ahead. */
function near(all: PolicyRow[], others: PolicyRow[], tolerance = 1e-3): void {
  const [a, b] = [all, others].map(rows => rows.filter(({ name, step }) => name !== "accuracy" || step > 1));
  const names = (rows: PolicyRow[]) => rows.map(({ step, name }) => `${step} ${name}`);
  assert.deepEqual(names(a), names(b));
  for (const [i, { name, step, value }] of a.entries()) {
    const error = Math.abs(value - b[i].value) / Math.max(1, Math.abs(value));
    assert.ok(error <= tolerance, `${step} ${name}: ${value}, ${b[i].value}`);
  }
}

const ways: TrainablePolicyOptions[] = [lowRank, { train: "upper-layers" }, { train: "whole" }];
for (const train of ways)
  test(`${train.train}: DPO begins at the reference, and its margin rises`, async () => {
    const rows = await run({ epochs: 6 }, { train });
    assert.ok(Math.abs(of(rows, "dpo")[0] - Math.log(2)) < 1e-5);
    assert.ok(Math.abs(of(rows, "margin")[0]) < 1e-5);
    assert.ok(mean(of(rows, "margin").slice(-3)) > 0.1, of(rows, "margin").join(" "));
    assert.equal(of(rows, "accuracy").at(-1), 1);
  });

test("an encoder–decoder trains by DPO, too", async t => {
  const model = await loadSeq2Seq(await writeTinyT5(temporaryFolder(t)));
  const policy = trainablePolicy(model, { train: "upper-layers" });
  const rows: PolicyRow[] = [];
  const how = { epochs: 4, batchSize: 4, learningRate: 0.02, rng: seeded(0) };
  for await (const some of trainWithLists({ policy, lists: pairs, objectives: [dpo()], ...how })) rows.push(...some);
  assert.ok(Math.abs(of(rows, "dpo")[0] - Math.log(2)) < 1e-5);
  assert.ok(of(rows, "margin").at(-1)! > 0.05, of(rows, "margin").join(" "));
  policy.dispose();
  model.dispose();
});

const sets: [string, Objective[], Partial<ListTraining>?][] = [
  ["dpo", [dpo()]],
  ["dpo with margins", [dpo({ marginWeight: 0.5, lengthNormalized: true })]],
  ["margins from scores, all pairs", [dpo({ marginWeight: 0.5 })], { lists: rated, pairs: "all" }],
  ["tdpo, neighbors", [tdpo()], { lists: rated, pairs: "neighbors" }],
  ["ipo", [ipo()], { lists: rated }],
  ["orpo", [mle(), scaled(0.1, oddsRatio())], { lists: rated }],
  ["slic and simpo", [slic(), simpo(), mle()]],
  ["kto", [kto()], { lists: rated }],
  ["whole lists and the best of each", [plackettLuceDpo(), weightedMle()], { lists: rated }],
];
for (const [name, objectives, change] of sets)
  test(`${name}: neither micro-batches nor what is kept change a loss`, async () => {
    const how = { ...change, objectives };
    const train: TrainablePolicyOptions = { train: "upper-layers" };
    const whole = await run(how, { train });
    assert.ok(whole.every(({ value }) => Number.isFinite(value)));
    assert.ok(of(whole, "gradient norm").every(norm => norm > 1e-6));
    near(await run({ ...how, microBatchSize: 1 }, { train }), whole);
    near(await run({ ...how, microBatchSize: 2, maxBytes: 0 }, { train }), whole);
    near(await run({ ...how, microBatchSize: 1 }), await run(how));
    // The log-probabilities of the reference fit, and no states.
    near(await run({ ...how, maxBytes: 1000 }, { train }), whole);
  });

test("an LM that is run in whole encodes nothing", async () => {
  const model = tinyLlama();
  const policy = { ...trainablePolicy(model, lowRank), encode: () => assert.fail("encoded") };
  await run({ policy, objectives: [dpo(), kto(), mle()], epochs: 1 });
  await run({ policy, epochs: 1, maxBytes: 0 });
  policy.dispose();
  model.dispose();
});

test("objectives without a reference need none, and others say so", async () => {
  const model = tinyLlama();
  const variables = trainable(model, /layers\.1\./);
  const policy = { ...causalFullPolicy(model, { frozen: tinyLlama() }), variables };
  await run({ policy, objectives: [simpo()], epochs: 1 });
  await assert.rejects(run({ policy }), /trainWithLists: there is no reference\. Make/);
  await run({ policy, reference: tinyLlama(), epochs: 1 });
});

test("KTO's reference point is the mean log-ratio, at least 0, of responses to other prompts", async () => {
  const models = [tinyLlama(), tinyLlama(tinyWeights(1))];
  const [policy, reference] = models.map(model => causalFullPolicy(model, { frozen: model }));
  const examples = [[5], [9, 2, 40], [7, 7]].map((response, i) => ({ prompt: [0, 3 + i], response }));
  const encoded = await policy.encode(examples);
  const total = (of: ResponsePolicy, row: number) => {
    const { logits_BTV, ids_BT } = of.teacherForce(encoded, [row]);
    const V = logits_BTV.shape[2];
    return tf.sum(tf.mul(tf.logSoftmax(logits_BTV), tf.oneHot(ids_BT, V))).dataSync()[0];
  };
  const ratio = mean(examples.map((_, row) => total(policy, row) - total(reference, row)));
  assert.ok(Math.abs(ratio) > 1e-3);
  const found = [await meanLogRatio(policy, reference, examples), await meanLogRatio(reference, policy, examples)];
  for (const [i, expected] of [Math.max(0, ratio), Math.max(0, -ratio)].entries())
    assert.ok(Math.abs(found[i] - expected) < 1e-5, `${found[i]}, ${expected}`);

  const rows = await run({ objectives: [kto()], epochs: 6 });
  assert.ok(Math.abs(of(rows, "kto")[0] - 0.5) < 1e-5);
  assert.ok(of(rows, "margin").at(-1)! > 0.05);
  const alone = pairs.filter((row: { list: number }) => row.list === 0).reify();
  await assert.rejects(run({ objectives: [kto()], lists: alone }), /all responses have the same prompt\. /);
});

test("token rewards of a guidance reach the objectives", async () => {
  const model = tinyLlama();
  const learn = { aggregate: meanTokens(), listsPerStep: 8, steps: 20, hidden: 16, rng: seeded(0) };
  const guidance = await learnGuidance(model, pairs, learn);
  const rewards: number[] = [];
  const watched: Objective = {
    ...{ name: "watched", on: "lists", needs: ["reward_BT"], weight: 0 },
    loss(batch) {
      rewards.push(...batch.reward_BT!.dataSync());
      return simpo().loss(batch);
    },
  };
  await run({ objectives: [watched, weightedMle()], guidance, epochs: 1 });
  assert.ok(new Set(rewards).size > 10);
  guidance.dispose();
  model.dispose();
});

test("resumed gives the rows of an uninterrupted run", async t => {
  for (const change of [
    { lists: rated, objectives: [plackettLuceDpo(), kto()] },
    { maxBytes: 0, objectives: [dpo(), mle()] },
  ]) {
    const validate = {
      every: 1,
      measure: async (step: number) => ({ height: -((step - 2) ** 2) }),
      keepBest: "height",
    };
    const whole = await run({ ...change, validate, epochs: 3 });
    const folder = temporaryFolder(t);
    const how = { ...change, validate, epochs: 3, checkpoint: { folder, every: 1 } };
    const first = await run(how, { stopAfter: 3 });
    const saved = await resumeFrom(folder);
    assert.equal(saved.kind, "trainWithLists");
    await assert.rejects(run({ ...how, lists: pairs.slice(2).reify(), resume: saved }), /lists is /);
    assert.deepEqual([...first, ...(await run({ ...how, resume: saved }))], whole);
  }
});

test("the signal ends it, also while the reference is read", async () => {
  const controller = new AbortController();
  const onProgress = (what: string) => what === "reference" && controller.abort(new Error("enough"));
  await assert.rejects(run({ signal: controller.signal, onProgress, maxBytes: 1000 }), /enough/);
});

test("lists that are tied throughout are left out; where all are, nothing is computed", async t => {
  const tie = (row: number, i: number) =>
    aq.from([{ prompt: "a", chosen: ` ${letters[row]}`, rejected: ` ${letters[i]}`, tie: 1 }]);
  const tied = fromPairs(tie(1, 2));
  await assert.rejects(run({ lists: tied }), /trainWithLists: all 1 lists are tied\. Give lists in which/);
  const some = pairs.concat(tied.derive({ list: () => 8 })).reify();
  const warned = new Promise<Error>(resolve => process.once("warning", resolve));
  near(await run({ lists: some }), await run(), 0);
  assert.match((await warned).message, /1 of 9 lists are tied\. They are left out/);
  t.diagnostic("warned");
});

test("what cannot be trained is refused before anything is computed", async () => {
  const table: [Partial<ListTraining>, RegExp][] = [
    [{ objectives: [mle()] }, /no objective learns from lists\. Add one/],
    [{ objectives: [dpo(), reinforce()] }, /reinforce learns from samples\. This trainer has lists and references/],
    [
      { variables: undefined, policy: causalFullPolicy(tinyLlama(), { frozen: tinyLlama() }) },
      /there are no variables/,
    ],
    [
      { objectives: [dpo({ marginWeight: 1 })], lists: pairs.select(aq.not("margin")).reify() },
      /list 0 has a margin that is not known/,
    ],
    [{ epochs: 0.1 }, /epochs is 0\.1 epochs of 3 updates/],
    [{ pairs: "worst" as "best" }, /pairs is "worst"/],
    [{ maxbytes: 1 } as object, /there is no option "maxbytes"\. Did you mean "maxBytes"/],
    [{ lists: pairs.derive({ response: () => "" }).reify() }, /response 0: it has no token\. Drop empty responses/],
  ];
  let encoded = 0;
  const onProgress = () => void encoded++;
  for (const [change, message] of table) await assert.rejects(run({ onProgress, ...change }), message);
  assert.equal(encoded, 0);
});

test("nothing stays allocated", async () => {
  const all = { objectives: [dpo(), kto(), mle()], lists: rated };
  await run(all);
  const before = tf.memory().numTensors;
  await run(all);
  await run({ ...all, maxBytes: 0, objectives: [tdpo()] });
  await run({ ...all, objectives: [plackettLuceDpo()] }, { stopAfter: 2, train: { train: "upper-layers" } });
  assert.equal(tf.memory().numTensors, before);
});
