// The training parts together, on whole LMs.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamW, decayGroups } from "../../src/backend/adamw";
import { toBfloat16 } from "../../src/backend/native-ops";
import { selectBackend } from "../../src/backend/select";
import { tokenNll } from "../../src/backend/token-nll";
import { maskedMean } from "../../src/core/masks";
import { seeded } from "../../src/core/random";
import { type CausalLm, causalForward, causalLogits } from "../../src/models/causal/forward";
import { addLowRank } from "../../src/models/low-rank";
import { createMlp } from "../../src/models/parts/mlp";
import { trainable } from "../../src/models/trainable";
import { padRight } from "../../src/text/batches";
import { close } from "../close";
import { tinyGpt2 } from "../tiny-gpt2";
import { tinyLlama } from "../tiny-llama";

before(() => selectBackend());

const sequences = [
  [0, 7, 31, 50, 4],
  [0, 4, 9],
  [0, 21, 22, 9, 40, 52, 3],
  [0, 30],
];

type Change = (last_BTD: tf.Tensor3D) => tf.Tensor3D;

/** Mean negative log-likelihood of every token after the first. */
function nll(model: CausalLm, rows: number[][], change: Change = last_BTD => last_BTD): tf.Scalar {
  const { ids, mask } = padRight(rows);
  const [B, T] = [ids.length, ids[0].length - 1];
  const { last } = causalForward(model, { ids, mask });
  const logits_BTV = causalLogits(model, change(tf.slice(last, [0, 0, 0], [B, T, -1])));
  const next = (of: number[][]) =>
    tf.tensor2d(
      of.map(row => row.slice(1)),
      [B, T],
      "int32",
    );
  return maskedMean(tokenNll(logits_BTV, next(ids)), next(mask));
}

interface Trained {
  variables: tf.Variable[];
  change?: Change;
  dispose?(): void;
}

const rng = seeded(0);
const ways: Record<string, (model: CausalLm) => Trained> = {
  "all parameters": model => ({ variables: trainable(model, /./) }),
  "the last layer": model => ({ variables: trainable(model, /\.1\./) }),
  "low-rank updates": model => {
    const { variables, remove } = addLowRank(model, { rank: 4, rng });
    return { variables, dispose: remove };
  },
  "low-rank updates of a bfloat16 model": model => {
    const [isProjection, { weights }] = [/(proj|c_attn|c_fc)\.weight$/, model];
    for (const [name, before] of Object.entries(weights))
      if (isProjection.test(name)) {
        weights[name] = toBfloat16(before);
        before.dispose();
      }
    const { variables, remove } = addLowRank(model, { rank: 4, targets: isProjection, rng });
    return { variables, dispose: remove };
  },
  "an adaptor": model => {
    const D = model.config.width;
    const mlp = createMlp({ inputs: D, hidden: 32, outputs: D, lastGain: 1e-4, rng });
    const change: Change = x_BTD =>
      tf.add(x_BTD, tf.reshape(mlp.apply(tf.reshape(x_BTD, [-1, D]) as tf.Tensor2D), x_BTD.shape));
    return { variables: mlp.variables, change, dispose: mlp.dispose };
  },
};

for (const [family, create] of Object.entries({ Llama: tinyLlama, "GPT-2": tinyGpt2 }))
  for (const [way, prepare] of Object.entries(ways))
    test(`${family}, ${way}: the loss falls, what is frozen stays bit for bit`, () => {
      const start = tf.memory().numTensors;
      const model = create();
      const { variables, change, dispose } = prepare(model);
      const bits = (x: tf.Tensor) => Buffer.from(x.dataSync().slice().buffer).toString("base64");
      const frozen = Object.entries(model.weights).filter(([, x]) => !(x instanceof tf.Variable));
      const readable = frozen.filter(
        ([name]) => !(way.includes("bfloat16") && /(proj|c_attn|c_fc)\.weight/.test(name)),
      );
      const [kept, moving] = [readable.map(([, x]) => bits(x)), variables.map(bits)];
      const optimizer = adamW(decayGroups(variables, 0.01), { learningRate: 0.01 });
      const losses = Array.from({ length: 15 }, () => optimizer.minimize(() => nll(model, sequences, change)).loss);
      assert.ok(losses[14] < 0.8 * losses[0], `${losses}`);
      assert.deepEqual(
        readable.map(([name]) => bits(model.weights[name])),
        kept,
      );
      for (const [i, before] of moving.entries()) assert.notEqual(bits(variables[i]), before, variables[i].name);
      assert.deepEqual(
        frozen.map(([name, x]) => model.weights[name] === x),
        frozen.map(() => true),
      );
      optimizer.dispose();
      dispose?.();
      model.dispose();
      assert.equal(tf.memory().numTensors, start);
    });

test("a padded batch at once and its rows one by one, weighted by their tokens, make the same step", () => {
  const [whole, parts] = [tinyLlama(), tinyLlama()].map(model => {
    const variables = trainable(model, /./);
    return { model, variables, optimizer: adamW(variables, { learningRate: 0.01 }) };
  });
  for (let step = 0; step < 3; step++) {
    const one = whole.optimizer.minimize(() => nll(whole.model, sequences));
    const several = parts.optimizer.minimize(
      sequences.map(row => () => nll(parts.model, [row])),
      sequences.map(({ length }) => length - 1),
    );
    close(tf.tensor1d([several.loss, several.gradientNorm]), [one.loss, one.gradientNorm], 1e-4);
  }
  for (const [i, variable] of parts.variables.entries()) close(variable, [...whole.variables[i].dataSync()], 1e-4);
  for (const { model, optimizer } of [whole, parts]) {
    optimizer.dispose();
    model.dispose();
  }
});

test("500 training steps hold no more than the first", () => {
  const model = tinyLlama();
  model.config = { ...model.config, layers: 1 }; // half the time
  const optimizer = adamW(trainable(model, /layers\.0|model\.norm/), { learningRate: 1e-3 });
  const steps = (count: number) => {
    for (let i = 0; i < count; i++) optimizer.minimize(() => nll(model, sequences.slice(1, 3)));
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    return { numTensors, numDataBuffers, numBytes };
  };
  assert.deepEqual(steps(1), steps(499));
  optimizer.dispose();
  model.dispose();
});
