import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../../../src/backend/adamw";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { samplePrompts } from "../../../src/generation/sample-prompts";
import type { LearnedGuidance } from "../../../src/guidance/learn";
import type { CausalLm } from "../../../src/models/causal/forward";
import { kl } from "../../../src/objectives/kl";
import { type Objective, scaled } from "../../../src/objectives/objective";
import { reinforce } from "../../../src/objectives/reinforce";
import { promptStates } from "../../../src/policies/prompt-policy";
import { optimizerStep, type StepReport } from "../../../src/training/optimizer-step";
import { type PromptUpdate, promptUpdate } from "../../../src/training/prompts/prompt-update";
import { close } from "../../close";
import { tinyConfig, tinyLlama } from "../../tiny-llama";
import { tinyPolicy } from "../../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

/** Pays the first feature of a token's state; a spread of 4. */
const guidance: LearnedGuidance = {
  rewards: features_BTD =>
    tf.tidy(() => tf.squeeze(tf.slice(features_BTD, [0, 0, 0], [-1, -1, 1]), [2]) as tf.Tensor2D),
  std: 4,
  heldOutSpearman: 1,
  heldOutAgreement: 1,
  bestStep: 1,
  loss: 0,
  tensors: {},
  dispose() {},
};

interface Report extends Omit<StepReport, "measured" | "applied"> {
  reward: number;
  entropy: number;
}

/**
 * A fresh policy, updated so often; what the last optimizer step of each update measured, and the adaptor's numbers
 * after it.
 */
function updated(
  change: Partial<PromptUpdate> & { objectives?: Objective[]; step?: number } = {},
  times = 1,
): { reports: Report[]; start: number[]; numbers: number[] } {
  const { objectives = [reinforce()], step = 0, ...update } = change;
  const policy = tinyPolicy(model);
  const optimizer = adamW(policy.adaptor.variables, { learningRate: 1e-3 });
  const numbers = () => policy.adaptor.variables.flatMap(v => [...v.dataSync()]);
  const start = numbers();
  const common: PromptUpdate = { policy, guidance, samples: 8, rewardUnit: "one", rng: seeded(1) };
  try {
    const reports = Array.from({ length: times }, () => {
      const steps = promptUpdate({ ...common, ...update });
      const all = steps.map(micro => optimizerStep(micro, objectives, step, optimizer));
      for (const { dispose } of steps.flat()) dispose?.();
      const { measured, ...last } = all[all.length - 1];
      return { ...last, reward: measured.reward, entropy: measured.entropy };
    });
    return { reports, start, numbers: numbers() };
  } finally {
    optimizer.dispose();
    policy.dispose();
  }
}

test("the report holds the batch's own entropy and mean reward, and the adaptor has moved", () => {
  const { reports, start, numbers } = updated();
  const policy = tinyPolicy(model);
  const prompts = samplePrompts(policy, 8, seeded(1));
  tf.tidy(() => {
    const states_ND = tf.reshape(promptStates(policy, prompts), [-1, tinyConfig.width]) as tf.Tensor2D;
    const p = tf.softmax(policy.logits(states_ND)).arraySync() as number[][];
    const entropies = p.map(row => -row.reduce((sum, x) => sum + x * Math.log(x), 0));
    close(tf.scalar(reports[0].entropy), entropies.reduce((a, b) => a + b, 0) / entropies.length, 1e-4);
  });
  assert.ok(reports[0].entropy > 0 && reports[0].entropy < Math.log(6));
  assert.ok(reports[0].gradientNorm > 0 && Number.isFinite(reports[0].reward));
  assert.notDeepEqual(numbers, start);
  policy.dispose();
});

test("rewards count in units of the guidance's spread, or as they are", () => {
  const [one, spread] = [updated().reports[0], updated({ rewardUnit: "std" }).reports[0]];
  close(tf.scalar(spread.terms.reinforce), one.terms.reinforce / 4);
  assert.equal(spread.reward, one.reward);
});

test("the loss is the weighted sum of the terms, by their schedules at the step", () => {
  const objectives = [reinforce(), scaled(step => step / 10, kl())];
  const { loss, terms } = updated({ objectives, step: 5 }, 3).reports[2];
  assert.deepEqual(Object.keys(terms), ["reinforce", "kl"]);
  assert.ok(terms.kl > 0);
  close(tf.scalar(loss), terms.reinforce + 0.5 * terms.kl);
});

test("minibatches share the samples, each in a step of its own", () => {
  const parts: number[][][] = [];
  const seen: Objective = {
    ...reinforce(),
    loss(batch) {
      parts.push(batch.ids_BT.arraySync());
      return reinforce().loss(batch);
    },
  };
  const whole = updated({ objectives: [seen] });
  const [first] = parts.splice(0);
  const split = updated({ objectives: [seen], minibatches: 3 });
  assert.deepEqual(
    parts.map(part => part.length),
    [3, 3, 2],
  );
  assert.deepEqual(parts.flat(), first);
  assert.equal(split.reports[0].reward, whole.reports[0].reward);
  assert.notDeepEqual(split.numbers, whole.numbers);
});

test("updates raise the probability of what is paid", () => {
  const { reports } = updated({ objectives: [reinforce({ baseline: "position" })], samples: 32 }, 30);
  const mean = (from: number, to: number) =>
    reports.slice(from, to).reduce((sum, { reward }) => sum + reward, 0) / (to - from);
  assert.ok(mean(20, 30) > mean(0, 10), `${mean(0, 10)} to ${mean(20, 30)}`);
});

test("an update leaves no tensor", () => {
  const before = tf.memory().numTensors;
  updated({ minibatches: 3 }, 2);
  assert.equal(tf.memory().numTensors, before);
});
