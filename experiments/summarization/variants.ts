// The summarization experiment: what is compared with what. Each variant changes one thing of a setting's training.

import { mean } from "../../src/core/mean";
import { weightedMle } from "../../src/objectives/weighted-mle";
import {
  keepFinalTokens,
  maskFinalTokens,
  type RewardTransform,
  shuffledRewards,
} from "../../src/training/reward-controls";
import type { SummaryTraining } from "./settings";

/** A training made of the setting's own, or none. `closing` are the tokens that close a summary. */
export type SummaryVariant =
  | ((training: SummaryTraining, finals: ReadonlySet<number>) => SummaryTraining)
  | "untrained";

/** Changes what the guidance pays, before the setting makes weights of it. */
const changed = <T extends Pick<SummaryTraining, "guidance">>(training: T, control: RewardTransform): T => {
  const { transform = (_, rewards) => rewards, ...guidance } = training.guidance!;
  return {
    ...training,
    guidance: { ...guidance, transform: (tokens, r, rng) => transform(tokens, control(tokens, r, rng), rng) },
  };
};

const lengthControlled = ({ guidance, ...training }: SummaryTraining): SummaryTraining => ({
  ...training,
  guidance: { ...guidance!, lengthControlled: true },
});

/** exp(r / τ) over that of the largest. */
function exponentials(rewards: readonly number[], temperature: number): number[] {
  const most = Math.max(...rewards);
  return rewards.map(reward => Math.exp((reward - most) / temperature));
}

/** The variants by their names. All that train draw the same documents of a seed, in the same order. */
export const summaryVariants = {
  /** The setting as it is: references weighted by token rewards. */
  guided: training => training,
  /** Sharper weights: exp(r / 0.15), so that a reward of one deviation more counts about 2.7 times as much. */
  "temperature 0.15": training => changed(training, (_, rewards) => exponentials(rewards, 0.15)),
  /** Samples are preferred by what their METEOR says beyond their length. */
  "length-controlled": lengthControlled,
  /** Its controls, as `shuffled` and `closing` are of `guided`. */
  "length-controlled shuffled": training => changed(lengthControlled(training), shuffledRewards),
  "length-controlled final tokens": (training, finals) => changed(lengthControlled(training), keepFinalTokens(finals)),
  /** Every token weighs the same. */
  mle: ({ guidance, ...training }) => ({
    ...training,
    objectives: training.objectives.filter(({ on }) => on === "references"),
  }),
  /** Every token is paid its sequence's mean reward: references weigh against each other, the tokens of one alike. */
  bandit: ({ objectives, ...training }) => ({
    ...changed(training, (_, rewards) => rewards.map(() => mean(rewards) / rewards.length)),
    objectives: objectives.map(objective =>
      objective.name === "weightedMle" ? weightedMle({ normalized: false }) : objective,
    ),
  }),
  /** Control: a reference's weights, dealt to its tokens at random. */
  shuffled: training => changed(training, shuffledRewards),
  /** Control: only the end token and the last full stop have weights of their own. */
  "final tokens only": (training, finals) => changed(training, keepFinalTokens(finals)),
  /** Control: all but those. */
  "without final tokens": (training, finals) => changed(training, maskFinalTokens(finals)),
  /** The LM as it is. */
  "zero-shot": "untrained",
} satisfies Record<string, SummaryVariant>;

export type SummaryVariantName = keyof typeof summaryVariants;
