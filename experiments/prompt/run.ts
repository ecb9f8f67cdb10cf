// The prompt-generation experiment: one run of one variant, from the untrained policy to the test.

import { fail } from "../../src/core/errors";
import { mean } from "../../src/core/mean";
import { seeded } from "../../src/core/random";
import { measurePrompts, policyScore, rankPrompts } from "../../src/evaluation/prompts";
import { randomSearch } from "../../src/evaluation/random-search";
import { promptScore } from "../../src/preferences/score";
import { type PromptRow, type PromptTrained, trainPromptPolicy } from "../../src/training/prompts/train-prompt-policy";
import { budget } from "./settings";
import type { PromptTask } from "./task";
import { type PromptVariant, type PromptVariantName, promptVariants } from "./variants";

/** What a run is worth; a row of the tables over runs. */
export interface PromptRun {
  variant: string;
  seed: number;
  /** Prompts scored by the search. */
  evaluations: number;
  /** Mean score of 64 samples of the policy that the search leaves, on the search examples. */
  "policy score": number;
  /** Best score of a prompt on the search examples. */
  "best score": number;
  /** Mean score of the last samples of the search, whatever round was kept. */
  "last round score": number;
  /** Mean over rounds of Spearman's ρ between Σ_t r_t and score on prompts that the guidance has not met; null if none. */
  agreement: number | null;
  /** Means over the prompts handed in. */
  "test score": number;
  "test accuracy": number;
  prompts: string[];
  seconds: number;
}

export interface PromptSearchOptions {
  variant: PromptVariantName;
  seed: number;
  /** Prompts that random search scores. Default the setting's budget; other searches may need fewer, by repeating themselves. */
  evaluations?: number;
}

/** Searches, ranks and tests. Yields the search's rows. Errors: another variant; those of the search. */
export async function* promptSearch(
  task: PromptTask,
  { variant, seed, evaluations }: PromptSearchOptions,
): AsyncGenerator<PromptRow[], PromptRun> {
  const { setting, classifier, searchExamples, rankingExamples: valid } = task;
  if (!Object.hasOwn(promptVariants, variant))
    fail("promptSearch", `there is no variant "${variant}"`, `Use ${Object.keys(promptVariants).join(", ")}.`);
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
    const trained = yield* keeping(rows, search);
    trained?.guidance.dispose();
    const values = (name: string) => rows.filter(row => row.name === name).map(({ value }) => value);
    const agreements = values("agreement").filter(Number.isFinite); // not a number where all scores of a round are equal
    const scored = score.evaluated();
    const { finalists, winners } = setting;
    const ranking = { classifier, valid, searchExamples: searchExamples.length, finalists, winners };
    const ranked = await rankPrompts(scored, ranking);
    const handedIn = ranked.map(({ prompt }) => prompt);
    const tested = await measurePrompts(classifier, task.test, handedIn);
    return {
      variant,
      seed,
      evaluations: scored.length,
      "policy score": (await policyScore(policy, score, rng.split("final samples"))).mean,
      "best score": Math.max(...scored.map(entry => entry.score)),
      "last round score": values("score").at(-1)!,
      agreement: agreements.length > 0 ? mean(agreements) : null,
      "test score": mean(tested.map(entry => entry.score)),
      "test accuracy": mean(tested.map(entry => entry.accuracy)),
      prompts: ranked.map(({ text }) => text),
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    policy.dispose();
    score.dispose();
  }
}

/** The same batches, each also put into `kept`. */
async function* keeping<R>(kept: PromptRow[], search: AsyncGenerator<PromptRow[], R>): AsyncGenerator<PromptRow[], R> {
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await search.next();
      if (done) {
        finished = true;
        return value;
      }
      kept.push(...value);
      yield value;
    }
  } finally {
    if (!finished) await search.return(undefined as R);
  }
}
