import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { toBfloat16 } from "../../src/backend/native-ops";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { addLowRank } from "../../src/models/low-rank";
import { type Model, project } from "../../src/models/model";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

/** One biased projection from 3 to 2, whose numbers are exact in bfloat16, and two parameters that are none. */
function tiny({ inputsFirst = false, half = false } = {}): Model {
  const values_ED = tf.tensor2d([1, 2, 3, -1, 0.5, 0], [2, 3]);
  const stored = inputsFirst ? tf.transpose(values_ED) : values_ED;
  const weights: Model["weights"] = {
    "layers.0.q_proj.weight": half ? toBfloat16(stored) : stored,
    "layers.0.q_proj.bias": tf.tensor1d([0.5, -0.5]),
    "embed_tokens.weight": tf.zeros([4, 3]),
  };
  return { name: "tiny", weights, inputsFirst, lowRank: {} } as unknown as Model;
}

const x_ND = () => tf.tensor2d([1, 2, -1, 0, -2, 4], [2, 3]);
const rng = seeded(0);

for (const options of [{}, { inputsFirst: true }, { half: true }, { half: true, inputsFirst: true }])
  test(`numbers and gradients are PyTorch's, and stay when merged: ${JSON.stringify(options)}`, () => {
    const model = tiny(options);
    const x = x_ND();
    const start = tf.memory().numTensors;
    const { variables, merge } = addLowRank(model, { rank: 1, alpha: 3, rng });
    const [down, up] = variables;
    const forward = () => project(model, "layers.0.q_proj", x);
    const gives = (expected: number[]) => tf.tidy(() => close(forward(), expected));
    gives([2.5, -0.5, 8.5, -1.5]); // up is zero
    tf.tidy(() => {
      down.assign(tf.tensor2d([[0.5, -1, 2]]));
      up.assign(tf.tensor2d([[2], [-3]]));
    });
    gives([-18.5, 31, 68.5, -91.5]);
    const { grads, value } = tf.variableGrads(() => tf.sum(tf.square(forward())), variables);
    close(grads[down.name], [-780, -6498, 10656]);
    close(grads[up.name], [4498.5, -6141]);
    tf.dispose([grads, value]);
    leavesNothing(forward);
    merge();
    gives([-18.5, 31, 68.5, -91.5]);
    assert.deepEqual(model.lowRank, {});
    assert.equal(tf.memory().numTensors, start);
  });

test("gradients pass through a frozen projection to what lies before it", () => {
  for (const half of [false, true]) {
    const model = tiny({ half });
    const [toX] = tf.grads(x => tf.sum(project(model, "layers.0.q_proj", x as tf.Tensor2D)))([x_ND()]);
    close(toX, [0, 2.5, 3, 0, 2.5, 3]);
  }
});

test("down starts in ±1/√in, by seed and name; remove leaves the model as it was", () => {
  const wide = (name: string) => {
    const weights = { [name]: tf.ones([6, 400]) };
    return { name: "wide", weights, inputsFirst: false, lowRank: {} };
  };
  const [model, other] = [wide("q"), wide("v")];
  const start = tf.memory().numTensors;
  const { variables, remove } = addLowRank(model, { targets: /q/, rng: seeded(1) });
  const again = addLowRank(other, { targets: /v/, rng: seeded(1) });
  const values = [...variables[0].dataSync()];
  assert.deepEqual(variables[0].shape, [8, 400]);
  assert.deepEqual(variables[1].shape, [6, 8]);
  const largest = Math.max(...values.map(Math.abs));
  assert.ok(largest <= 1 / 20 && largest > 0.99 / 20);
  assert.notDeepEqual([...again.variables[0].dataSync()], values);
  remove();
  again.remove();
  assert.equal(tf.memory().numTensors, start);
  const same = addLowRank(model, { targets: /q/, rng: seeded(1) });
  assert.deepEqual([...same.variables[0].dataSync()], values);
  same.remove();
  same.merge(); // nothing is left to add
  close(tf.max(model.weights.q), [1]);
});

test("errors name what cannot have an update", () => {
  const model = tiny();
  assert.throws(() => addLowRank(model, { targets: /embed/, rng }), /embed_tokens.weight is not a projection/);
  assert.throws(() => addLowRank(model, { targets: /bias/, rng }), /bias is not a projection/);
  assert.throws(() => addLowRank(model, { targets: /w_proj/, rng }), /no parameter matches/);
  assert.throws(() => addLowRank(model, { rank: 0, rng }), /addLowRank: rank is 0/);
  const { remove } = addLowRank(model, { rng });
  assert.throws(() => addLowRank(model, { rng }), /already has a low-rank update/);
  remove();
  assert.deepEqual(model.lowRank, {});
});
