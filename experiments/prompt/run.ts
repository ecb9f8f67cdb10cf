// The prompt-generation experiment: one run of one variant, from the untrained policy to the test examples.

import { mean } from "../../src/core/mean";
import { type Checks, checkOptions, integer, oneOf, required } from "../../src/core/options";
import { seeded } from "../../src/core/random";
import { measurePrompts, policyScore, rankPrompts } from "../../src/evaluation/prompts";
import { randomSearch } from "../../src/evaluation/random-search";
import { promptScore } from "../../src/preferences/score";
import { type PromptRow, type PromptTrained, trainPromptPolicy } from "../../src/training/prompts/train-prompt-policy";
import { seedCheck } from "../lib/checks";
import { budget } from "./settings";
import type { PromptTask } from "./task";
import { type PromptVariant, type PromptVariantName, promptVariants } from "./variants";

/** The result of a run, a row of the tables over runs. Scores and accuracies are those of `MethodResult`. */
export interface PromptRun {
  variant: string;
  seed: number;
  /** Number of prompts scored by the search. */
  evaluations: number;
  /** Mean score of 64 samples of the final policy on the search examples. */
  policyScore: number;
  /** Best score of a prompt on the search examples. */
  bestScore: number;
  /** Mean score of the samples of the last round, whichever round's policy is the final one. */
  lastRoundScore: number;
  /** Spearman's ρ of Σ_t r_t and score on prompts new to the guidance, mean over rounds; null without guidance. */
  agreement: number | null;
  /** Mean score of the winning prompts on the test examples. */
  testScore: number;
  /** Their mean accuracy on the test examples, 0 to 1. */
  testAccuracy: number;
  /** The winning prompts, best first. */
  prompts: string[];
  /** Duration. */
  seconds: number;
}

export interface PromptSearchOptions {
  variant: PromptVariantName;
  /** The seed of all random choices except the split of the reviews. */
  seed: number;
  /** Prompts that random search scores. Default: the setting's budget, of which guided search may use less. */
  evaluations?: number;
}

const searchChecks: Checks<PromptSearchOptions> = {
  variant: required(oneOf(...Object.keys(promptVariants))),
  seed: required(seedCheck),
  evaluations: integer(1),
};

/**
 * Searches for prompts, ranks the best of them on other examples and tests the winners. Yields the rows of the search.
 *
 * Errors: those of `checkOptions`, `trainPromptPolicy` and `randomSearch`.
 */
export async function* promptSearch(
  task: PromptTask,
  options: PromptSearchOptions,
): AsyncGenerator<PromptRow[], PromptRun> {
  checkOptions("promptSearch", options, searchChecks);
  const { variant, seed, evaluations } = options;
  const { setting, classifier, searchExamples, rankingExamples: valid } = task;
  const change: PromptVariant = promptVariants[variant];
  const start = performance.now();
  const rng = seeded(seed);
  const policy = task.newPolicy(await task.candidates(rng.split("candidates")), rng.split("policy"));
  const score = promptScore(classifier, searchExamples);
  try {
    const rows: PromptRow[] = [];
    const search: AsyncGenerator<PromptRow[], PromptTrained | undefined> =
      change === "random search"
        ? randomSearch({
            policy,
            score,
            evaluations: evaluations ?? budget(setting.training),
            rng: rng.split("random"),
          })
        : trainPromptPolicy({ ...change(setting.training), policy, score, rng: rng.split("guided") });
    const trained = yield* collecting(rows, search);
    trained?.guidance.dispose();
    const values = (name: string) => rows.filter(row => row.name === name).map(({ value }) => value);
    const agreements = values("agreement").filter(Number.isFinite); // NaN if all scores of a round are equal
    const scored = score.evaluated();
    const { finalists, winners } = setting;
    const ranking = { classifier, valid, searchExamples: searchExamples.length, finalists, winners };
    const ranked = await rankPrompts(scored, ranking);
    const winning = ranked.map(({ prompt }) => prompt);
    const tested = await measurePrompts(classifier, task.test, winning);
    return {
      variant,
      seed,
      evaluations: scored.length,
      policyScore: (await policyScore(policy, score, rng.split("final samples"))).mean,
      bestScore: Math.max(...scored.map(entry => entry.score)),
      lastRoundScore: values("score").at(-1)!,
      agreement: agreements.length > 0 ? mean(agreements) : null,
      testScore: mean(tested.map(entry => entry.score)),
      testAccuracy: mean(tested.map(entry => entry.accuracy)),
      prompts: ranked.map(({ text }) => text),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    policy.dispose();
    score.dispose();
  }
}

/** Yields the batches of rows and collects them in `all`. */
async function* collecting<R>(
  all: PromptRow[],
  search: AsyncGenerator<PromptRow[], R>,
): AsyncGenerator<PromptRow[], R> {
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await search.next();
      if (done) {
        finished = true;
        return value;
      }
      all.push(...value);
      yield value;
    }
  } finally {
    if (!finished) await search.return(undefined as R);
  }
}
