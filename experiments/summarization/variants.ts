// The summarization experiment: the variants it compares. Each changes one thing of a setting's training.

import { mean } from "../../src/core/mean";
import { mixture, standardized } from "../../src/credit/combined";
import type { Credit } from "../../src/credit/credit";
import { tokenReward } from "../../src/credit/learned";
import { groupAdvantage } from "../../src/credit/scored";
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

const plain = ({ guidance, ...training }: SummarizationTraining): SummarizationTraining => ({
  ...training,
  objectives: training.objectives.filter(({ on }) => on === "references"),
});

const onSamples = (training: SummarizationTraining, credit: Credit): SummarizationTraining => ({
  ...plain(training),
  credit,
});

/** Learned rewards, less their mean at the position, in units of their std. */
const tokenCredit = standardized(tokenReward());

/** The variants by name. With one seed, all that train learn from the same documents in the same order. */
export const summarizationVariants = {
  /** The setting as it is: references weighted by token rewards. */
  guided: training => training,
  /** The paper's own form: samples are ranked by METEOR alone, and the rewards are the weights. */
  "paper-form": ({ guidance, ...training }) => ({
    ...training,
    guidance: { ...guidance!, lengthControlled: false, strength: 1 },
  }),
  /** Plain likelihood: every token has the same weight, and objectives on samples are left out. */
  mle: plain,
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
  /** After plain likelihood, training on samples: the score of a sample against those of the others of its prompt. */
  "sequence credit": training => onSamples(training, groupAdvantage()),
  /** The same samples, but a token has its own reward, learned from the scored samples. */
  "token credit": training => onSamples(training, tokenCredit),
  /** Both together. */
  "token and sequence credit": training =>
    onSamples(
      training,
      mixture([
        [0.7, tokenCredit],
        [0.7, groupAdvantage()],
      ]),
    ),
  /** The LM without training. */
  "zero-shot": "untrained",
} satisfies Record<string, SummarizationVariant>;

/** A name of `summarizationVariants`. */
export type SummarizationVariantName = keyof typeof summarizationVariants;
