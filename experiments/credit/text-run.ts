// Token credit on text: one run of one method at one KL weight, from the LM before training to measured samples.

import { loadVaderLexicon } from "../../data/vader-lexicon";
import { mean } from "../../src/core/mean";
import {
  atLeast,
  type Checks,
  checkOptions,
  made,
  oneOf,
  required,
  signal as signalCheck,
} from "../../src/core/options";
import { type Rng, seeded } from "../../src/core/random";
import { measureSamples } from "../../src/evaluation/measure-samples";
import type { CausalLm } from "../../src/models/causal/forward";
import { kl } from "../../src/objectives/kl";
import { scaled } from "../../src/objectives/objective";
import { reinforce } from "../../src/objectives/reinforce";
import { type TrainablePolicy, trainablePolicy } from "../../src/policies/trainable-policy";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import type { PolicyRow } from "../../src/training/policy-training";
import { trainWithSamples } from "../../src/training/samples/with-samples";
import { seedCheck } from "../lib/checks";
import { type CreditMethodName, creditMethods } from "./methods";
import { sentimentScore } from "./scores";
import { learningRateOf } from "./text-settings";
import type { CreditTask } from "./text-task";

/** The result of a run, a row of the tables over runs. Measures are means over held-out prompts. */
export interface CreditRun {
  method: CreditMethodName | "untrained";
  /** Weight of the KL term; 0 of the untrained LM, which has none. */
  weight: number;
  seed: number;
  /** Responses that were scored in training. */
  scored: number;
  score: number;
  /** Exact KL to the LM before training, in nats a token. */
  kl: number;
  /** Negative log-likelihood under that LM, in nats a token. */
  nll: number;
  distinct2: number;
  repeated: number;
  /** What a score says that training did not see; null without a judge. */
  judge: number | null;
  /** Mean sentiment (`sentimentScore`). */
  sentiment: number;
  /** A few responses. */
  texts: string[];
  /** Duration. */
  seconds: number;
}

/** Options of `creditRun`. */
export interface CreditRunOptions {
  /** "untrained" measures the LM as it is. */
  method: CreditMethodName | "untrained";
  weight: number;
  seed: number;
  /** A second score of the trained policy's samples. */
  judge?: Score<Sample>;
  signal?: AbortSignal;
}

const runChecks: Checks<CreditRunOptions> = {
  method: required(oneOf("untrained", ...Object.keys(creditMethods))),
  weight: required(atLeast(0)),
  seed: required(seedCheck),
  judge: made("a score of samples", "name", "apply"),
  signal: signalCheck,
};

/**
 * Trains a copy of the task's LM on its own samples, by the method's credit, and measures it. Yields training's rows.
 * Methods with the same seed begin with the same samples.
 *
 * Errors: those of `checkOptions`, `trainWithSamples` and `measureSamples`.
 */
export async function* creditRun(task: CreditTask, options: CreditRunOptions): AsyncGenerator<PolicyRow[], CreditRun> {
  checkOptions("creditRun", options, runChecks);
  const { method, weight, seed, judge, signal } = options;
  const { setting, heldOut, score, training } = task;
  const start = performance.now();
  const rng = seeded(seed);
  const lm = await task.loadLm();
  const policy = trainablePolicy(lm, { train: "upper-layers", fromLayer: setting.fromLayer });
  try {
    if (method !== "untrained") yield* trained(task, { policy, lm, method, weight, rng, signal });
    const { sampling } = training;
    const measured = { prompts: heldOut, score, judge, samples: 4, sampling, signal, rng: rng.split("measure") };
    const { table, samples } = await measureSamples(policy, measured);
    const texts = samples.array("response") as string[];
    const means = new Map((table.objects() as Measure[]).map(({ measure, mean }) => [measure, mean]));
    return {
      method,
      weight,
      seed,
      scored: method === "untrained" ? 0 : setting.updates * setting.batchSize * setting.samples,
      score: means.get("score")!,
      kl: means.get("klPerToken")!,
      nll: means.get("nll")!,
      distinct2: means.get("distinct2")!,
      repeated: means.get("repeated")!,
      judge: means.get("judge") ?? null,
      sentiment: mean(texts.map(sentimentScore(loadVaderLexicon()).of)),
      texts: texts.slice(0, 8),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    policy.dispose();
    lm.dispose();
  }
}

type Measure = { measure: string; mean: number };

interface Training {
  policy: TrainablePolicy<CausalLm>;
  lm: CausalLm;
  method: CreditMethodName;
  weight: number;
  rng: Rng;
  signal?: AbortSignal;
}

function trained({ setting, prompts, score, guidance, oracle, training }: CreditTask, options: Training) {
  const { policy, lm, method, weight, rng, signal } = options;
  const { rewards, credit } = creditMethods[method];
  const guidances = { none: undefined, learned: guidance, oracle: oracle(lm) };
  return trainWithSamples({
    ...training,
    learningRate: learningRateOf(setting, method),
    policy,
    prompts: rng
      .split("prompts")
      .shuffled(prompts)
      .slice(0, training.batchSize * training.updates),
    score,
    guidance: guidances[rewards],
    credit,
    objectives: [reinforce(), scaled(weight, kl())],
    signal,
    rng: rng.split("training"),
  });
}
