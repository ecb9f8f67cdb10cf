// Human ratings as the only preference: token rewards learned from them before training, and the score that they make.

import * as aq from "arquero";
import { loadRatedReviews } from "../../data/movie-reviews";
import { mean } from "../../src/core/mean";
import type { Rng } from "../../src/core/random";
import type { LearnOptions } from "../../src/guidance/learn";
import { learnGuidance } from "../../src/guidance/learn-guidance";
import type { TextGuidance } from "../../src/guidance/text-guidance";
import type { CausalLm } from "../../src/models/causal/forward";
import { encodeExample } from "../../src/policies/encode-examples";
import { fromRatings } from "../../src/preferences/from-ratings";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import { isOf, type ReviewPart } from "./review-parts";

/** Reviews that are compared with each other. */
const listSize = 4;

/** Guidance of reviews that were rated; `reviews` of the part, in lists of random ones. The caller's to dispose. */
export function ratingGuidance(
  lm: CausalLm,
  { part, reviews, learn, rng }: { part: ReviewPart; reviews: number; learn: LearnOptions; rng: Rng },
): Promise<TextGuidance> {
  const rated = loadRatedReviews({ keep: (_, id) => isOf(part, id) });
  const rows = rng.split("lists").shuffled(Array(rated.numRows()).keys()).slice(0, reviews);
  const column = (name: string) => rows.map(row => rated.get(name, row));
  const list = rows.map((_, i) => Math.floor(i / listSize));
  const lists = fromRatings(aq.table({ response: column("text"), rating: column("rating"), list }));
  return learnGuidance(lm, lists, { ...learn, rng: rng.split("guidance") });
}

/** The mean of a response's token rewards: the score that a reward model gives the whole. */
export const meanReward = (guidance: Pick<TextGuidance, "rewards">, lm: CausalLm): Score<Sample> => ({
  name: "mean token reward",
  async apply(samples) {
    const examples = Array.from(samples, (sample, row) => encodeExample(lm, sample, row));
    return Float32Array.from(await guidance.rewards(examples), rewards => mean([...rewards]));
  },
});
