// Dry run of the prompt-generation experiment: what a setting needs, before it runs.

import * as tf from "@tensorflow/tfjs-core";
import { loadFewShot } from "../../data/few-shot";
import { fitDefaults } from "../../src/guidance/fit";
import { checked, type Plan, planLm, required } from "../lib/plan";
import { checkPromptSetting } from "./check-setting";
import { budget, type PromptSetting } from "./settings";

/**
 * Checks a setting and computes the memory and the steps of a guided search without loading weights.
 *
 * Errors: an option of the setting that does not exist or has a wrong value. Anything else that is wrong is a check of
 * the plan.
 */
export async function planPrompts(setting: PromptSetting): Promise<Plan> {
  checkPromptSetting("planPrompts", setting);
  const { model = "smollm2-135m", training, shots, testSize, searchExamples, promptTokens, reviewTokens } = setting;
  const { check, facts } = await planLm(model);
  const data = await checked("data", async () => {
    loadFewShot("movie-reviews", { shots, split: 0, testSize });
    return { state: "ready", found: "movie-reviews" };
  });
  const { initialSamples, rounds, updates, samples, relearnRounds = rounds, minibatches = 1, learn } = training;
  const classes = Object.keys(setting.verbalizers).length;
  const checks = [
    check,
    data,
    ...required(
      "model",
      facts?.kind !== "encoder-decoder",
      `${model} is an encoder–decoder, and prompts need a decoder-only LM`,
    ),
    ...required(
      "searchExamples",
      searchExamples <= shots * classes,
      `${searchExamples} of ${shots * classes} few-shot examples`,
    ),
    ...required(
      "winners",
      setting.winners <= setting.finalists,
      `${setting.winners} winners of ${setting.finalists} finalists`,
    ),
    ...required(
      "initialSamples",
      initialSamples >= (learn.listSize ?? fitDefaults.listSize) + 16,
      `${initialSamples} prompts, less 16 held out, do not fill a list`,
    ),
  ];
  const memory = [];
  if (facts?.kind === "decoder-only") {
    const { width: D, layers, keyValueHeads, headWidth, contextLength } = facts.config;
    const tokens = reviewTokens.most + promptTokens + 1;
    checks.push(
      ...required("reviewTokens", tokens <= contextLength, `${tokens} tokens with a prompt, of ${contextLength}`),
    );
    const parameters = Object.values(facts.shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0);
    const adaptor = 2 * D * setting.adaptorWidth + setting.adaptorWidth + D;
    const examples = shots * classes;
    memory.push(
      { what: "parameters, float32", amount: 4 * parameters },
      { what: "adaptor, its gradients, AdamW's moments and copies", amount: 4 * 7 * adaptor },
      {
        what: "keys and values of few-shot examples, at most",
        amount: 2 * 8 * examples * (reviewTokens.most + 1) * layers * keyValueHeads * headWidth,
      },
      {
        what: "hidden states and features of prompts, at most",
        amount: 3 * 4 * D * promptTokens * (budget(training) + rounds * updates * samples),
      },
    );
  }
  const steps = [
    { what: "prompts scored, at most", amount: budget(training) },
    { what: "forward passes over a review for scoring, at most", amount: budget(training) * searchExamples },
    { what: "updates", amount: rounds * updates * minibatches },
    { what: "prompts sampled for updates", amount: rounds * updates * samples },
    { what: "times that guidance is learned", amount: Math.min(rounds, relearnRounds) },
    {
      what: "steps of learning it, at most",
      amount: Math.min(rounds, relearnRounds) * (learn.steps ?? fitDefaults.steps),
    },
    { what: "forward passes over a review in the test", amount: testSize * setting.winners },
  ];
  return { checks, memory, steps };
}
