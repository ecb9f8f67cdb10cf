// The summarization experiment: the variants it compares. Each changes one thing of a setting's training.

import { mean } from "../../src/core/mean";
import { weightedMle } from "../../src/objectives/weighted-mle";
import {
  keepFinalTokens,
  maskFinalTokens,
  type RewardTransform,
  shuffledRewards,
} from "../../src/training/reward-controls";
import type { SummarizationTraining } from "./settings";

/** Changes the options of training, or "untrained". `finals` are the ids that may end a summary (`finalTokens`). */
export type SummarizationVariant =
  | ((training: SummarizationTraining, finals: ReadonlySet<number>) => SummarizationTraining)
  | "untrained";

/** Transforms the rewards of references before the setting's own transform does. */
const transformed = <T extends Pick<SummarizationTraining, "guidance">>(training: T, control: RewardTransform): T => {
  const { transform: own = (_, rewards) => rewards, ...guidance } = training.guidance!;
  const transform: RewardTransform = (tokens, rewards, rng) => own(tokens, control(tokens, rewards, rng), rng);
  return { ...training, guidance: { ...guidance, transform } };
};

const lengthControlled = ({ guidance, ...training }: SummarizationTraining): SummarizationTraining => ({
  ...training,
  guidance: { ...guidance!, lengthControlled: true },
});

/** exp((r − max r) / τ). */
function exponentials(rewards: readonly number[], temperature: number): number[] {
  const largest = Math.max(...rewards);
  return rewards.map(reward => Math.exp((reward - largest) / temperature));
}

/** The variants by name. With one seed, all that train learn from the same documents in the same order. */
export const summarizationVariants = {
  /** The setting as it is: references weighted by token rewards. */
  guided: training => training,
  /** Sharper weights, exp(r / 0.15): a reward one std higher weighs about 2.7 times as much. */
  "temperature 0.15": training => transformed(training, (_, rewards) => exponentials(rewards, 0.15)),
  /** Samples are ranked by length-controlled METEOR. */
  "length-controlled": lengthControlled,
  /** Controls of `length-controlled`, as `shuffled` and `final tokens only` are of `guided`. */
  "length-controlled shuffled": training => transformed(lengthControlled(training), shuffledRewards),
  "length-controlled final tokens": (training, finals) =>
    transformed(lengthControlled(training), keepFinalTokens(finals)),
  /** Plain likelihood: every token has the same weight, and objectives on samples are left out. */
  mle: ({ guidance, ...training }) => ({
    ...training,
    objectives: training.objectives.filter(({ on }) => on === "references"),
  }),
  /** Every token has its sequence's mean reward: weights differ between references, not between tokens of one. */
  bandit: ({ objectives, ...training }) => ({
    ...transformed(training, (_, rewards) => rewards.map(() => mean(rewards) / rewards.length)),
    objectives: objectives.map(objective =>
      objective.name === "weightedMle" ? weightedMle({ normalized: false }) : objective,
    ),
  }),
  /** Control: the weights of a reference are shuffled among its tokens. */
  shuffled: training => transformed(training, shuffledRewards),
  /** Control: only the end token and the final punctuation keep their own rewards; the others get their mean. */
  "final tokens only": (training, finals) => transformed(training, keepFinalTokens(finals)),
  /** Control: the end token and the final punctuation get the mean reward of the other tokens. */
  "without final tokens": (training, finals) => transformed(training, maskFinalTokens(finals)),
  /** The LM without training. */
  "zero-shot": "untrained",
} satisfies Record<string, SummarizationVariant>;

/** A name of `summarizationVariants`. */
export type SummarizationVariantName = keyof typeof summarizationVariants;
