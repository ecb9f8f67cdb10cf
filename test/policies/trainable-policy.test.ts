import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../../src/backend/adamw";
import { hasBfloat16, toBfloat16 } from "../../src/backend/native-ops";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import type { CausalLm } from "../../src/models/causal/forward";
import { frozenCopy } from "../../src/models/frozen-copy";
import { addLowRank } from "../../src/models/low-rank";
import { readSeq2SeqConfig } from "../../src/models/seq2seq/config";
import type { Seq2SeqLm } from "../../src/models/seq2seq/forward";
import { createSeq2Seq } from "../../src/models/seq2seq/load";
import { trainable, trainingNames, upperLayers } from "../../src/models/trainable";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { causalFullPolicy } from "../../src/policies/causal-full";
import { upperLayersPolicy } from "../../src/policies/causal-upper-layers";
import { precomputePrompts } from "../../src/policies/prompt-store";
import type { ResponsePolicy } from "../../src/policies/response-policy";
import { seq2seqFullPolicy } from "../../src/policies/seq2seq-full";
import { type TrainablePolicyOptions, trainablePolicy } from "../../src/policies/trainable-policy";
import { tinyGpt2 } from "../tiny-gpt2";
import { tinyLlama } from "../tiny-llama";
import { tinyT5Config } from "../tiny-t5";

before(() => selectBackend());

const examples = [
  { prompt: [2, 7, 31, 50], response: [5, 6, 1] },
  { prompt: [2, 21, 22, 9, 40, 52, 3], response: [8] },
  { prompt: [2, 7, 31, 50], response: [9, 10] },
];
const prompts = examples.map(({ prompt }) => prompt);

type Lm = CausalLm | Seq2SeqLm;
const tinyT5 = () => createSeq2Seq(readSeq2SeqConfig(tinyT5Config, "T5"), { rng: seeded(0) });

const fullPolicy = (lm: Lm, reader: Lm): ResponsePolicy =>
  "family" in lm
    ? causalFullPolicy(lm, { frozen: reader as CausalLm })
    : seq2seqFullPolicy(lm, { frozen: reader as Seq2SeqLm });

async function lossOf(policy: ResponsePolicy): Promise<() => tf.Scalar> {
  const encoded = await policy.encode(examples);
  return () => {
    const forced = policy.teacherForce(encoded, [...examples.keys()]);
    return weightedMle().loss({ ...forced, reward_BT: forced.mask_BT });
  };
}

/** Losses and gradient norms of two steps by AdamW, and the variables after them. */
async function trained(policy: ResponsePolicy, variables: tf.Variable[]) {
  const loss = await lossOf(policy);
  const optimizer = adamW(variables, { learningRate: 0.01 });
  const steps = [optimizer.minimize(loss), optimizer.minimize(loss)];
  optimizer.dispose();
  return { steps, values: variables.map(variable => [...variable.dataSync()]) };
}

const lossUnder = async (policy: ResponsePolicy) => {
  const loss = await lossOf(policy);
  return tf.tidy(() => loss().dataSync()[0]);
};

/** Each way to train, and the same by hand. */
const ways: Record<string, [TrainablePolicyOptions, (lm: Lm) => Promise<[ResponsePolicy, tf.Variable[]]>]> = {
  "low-rank": [
    { train: "low-rank", rank: 2, rng: seeded(3) },
    async lm => [fullPolicy(lm, frozenCopy(lm)), addLowRank(lm, { rank: 2, rng: seeded(3) }).variables],
  ],
  whole: [{ train: "whole" }, async lm => [fullPolicy(lm, frozenCopy(lm)), trainable(lm, /./)]],
  "upper-layers": [
    { train: "upper-layers", fromLayer: 1 },
    async lm => {
      const reader = frozenCopy(lm);
      const store = "family" in lm && (await precomputePrompts(lm, prompts, { batchTokens: 1 }));
      const variables = trainable(lm, upperLayers(1));
      return [
        store ? upperLayersPolicy(lm as CausalLm, { prompts: store, fromLayer: 1 }) : fullPolicy(lm, reader),
        variables,
      ];
    },
  ],
};

for (const [family, make] of Object.entries({ Llama: tinyLlama, "GPT-2": tinyGpt2, T5: tinyT5 }))
  for (const [way, [options, byHand]] of Object.entries(ways))
    test(`${family}, ${way}: trains as a policy made by hand, and leaves the LM alone`, async () => {
      const twin: Lm = make();
      const [policyByHand, variables] = await byHand(twin);
      const expected = await trained(policyByHand, variables);
      assert.ok(expected.steps[1].gradientNorm > 1e-3 && expected.steps[1].loss < expected.steps[0].loss);

      const lm: Lm = make();
      const start = tf.memory().numTensors;
      const policy = trainablePolicy(lm, options);
      const reference = fullPolicy(policy.reference, policy.reference);
      const before = await lossUnder(reference);
      assert.deepEqual(await trained(policy, policy.variables), expected);
      assert.deepEqual(await lossUnder(reference), before);
      const decoding = policy.generator.startDecoding(prompts, { tokens: 1 });
      decoding.next([5, 6, 7]);
      decoding.dispose();
      policy.dispose();
      policy.dispose();
      assert.deepEqual([trainingNames(lm), lm.lowRank], [[], {}]);
      assert.equal(tf.memory().numTensors, start);
      const after = await lossUnder(fullPolicy(lm, lm));
      assert.equal(after === before, way === "low-rank"); // weights that trained keep their values
      lm.dispose();
    });

test("merge keeps what low-rank updates learned", async () => {
  const lm = tinyLlama();
  const start = tf.memory().numTensors;
  const policy = trainablePolicy(lm, { train: "low-rank" });
  await trained(policy, policy.variables);
  const learned = await lossUnder(policy);
  policy.merge();
  policy.dispose();
  assert.deepEqual([trainingNames(lm), tf.memory().numTensors], [[], start]);
  assert.ok(Math.abs((await lossUnder(fullPolicy(lm, lm))) - learned) < 1e-4);
  lm.dispose();
});

test("prompts given beforehand serve upper layers, and stay the caller's", async () => {
  const lm = tinyLlama();
  const store = await precomputePrompts(lm, prompts.slice(0, 1));
  const policy = trainablePolicy(lm, { train: "upper-layers", prompts: store });
  await policy.encode(examples.slice(0, 1));
  await assert.rejects(policy.encode(examples.slice(1)), /was not computed.*precomputePrompts/s);
  policy.dispose();
  tf.dispose(store.prefix(prompts.slice(0, 1)).bias_X1P);
  lm.dispose();
});

test("on demand, a prompt needs two tokens", async () => {
  const lm = tinyLlama();
  const policy = trainablePolicy(lm, { train: "upper-layers" });
  await assert.rejects(policy.encode([{ prompt: [2], response: [3] }]), /a prompt has 1 tokens.*at least two/s);
  policy.dispose();
  lm.dispose();
});

test("what cannot train is named, and the LM stays as it was", () => {
  const [lm, t5] = [tinyLlama(), tinyT5()];
  const start = tf.memory().numTensors;
  const store = { prefix() {}, dispose() {}, bytes: 0 };
  const table: [Lm, unknown, RegExp][] = [
    [lm, undefined, /trainablePolicy: train is missing\. Give one of low-rank, upper-layers, whole/],
    [lm, { train: "lowrank" }, /train is "lowrank"\. Did you mean "low-rank"\?/],
    [lm, { train: "whole", rank: 4 }, /trainablePolicy, train "whole": there is no option "rank"/],
    [lm, { train: "low-rank", fromLayer: 1 }, /train "low-rank": there is no option "fromLayer"/],
    [lm, { train: "low-rank", rank: 0 }, /rank is 0\. Give a whole number, 1 or more/],
    [lm, { train: "low-rank", targets: /nothing/ }, /no parameter matches/],
    [lm, { train: "upper-layers", fromLayer: 2 }, /fromLayer is 2, and tiny has 2 layers\. Give a layer from 1 to 1/],
    [lm, { train: "upper-layers", fromLayer: 0 }, /fromLayer is 0/],
    [lm, { train: "upper-layers", prompts }, /prompts is a list of 3\. Give a store of prompts/],
    [t5, { train: "upper-layers", fromLayer: 2 }, /Give a layer from 0 to 1/],
    [t5, { train: "upper-layers", prompts: store }, /prompts are given, which untrained T5 computes anew/],
    [
      { ...lm, startDecoding: undefined } as never,
      { train: "whole" },
      /generates no text\. Load one with loadCausalLm/,
    ],
  ];
  for (const [model, options, message] of table)
    assert.throws(() => trainablePolicy(model, options as TrainablePolicyOptions), message);
  const first = trainablePolicy(lm, { train: "low-rank" });
  assert.throws(() => trainablePolicy(lm, { train: "whole" }), /q_proj\.weight of tiny trains already/);
  first.dispose();
  assert.deepEqual([trainingNames(lm), tf.memory().numTensors], [[], start]);
  if (hasBfloat16()) {
    const name = "model.layers.1.mlp.up_proj.weight";
    lm.weights[name] = toBfloat16(lm.weights[name]);
    for (const train of ["whole", "upper-layers"] as const)
      assert.throws(() => trainablePolicy(lm, { train }), /up_proj.weight is a bfloat16 matrix, which cannot train/);
    trainablePolicy(lm, { train: "low-rank" }).dispose();
  }
});
