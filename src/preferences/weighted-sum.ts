import { fail } from "../core/errors";
import type { Score } from "./score";

/**
 * The score Σ weight · score. Nothing is normalized: choose weights that fit the scales of the scores.
 *
 * Errors: no score; a weight that is not a finite number.
 */
export function weightedSum<Candidate>(
  terms: readonly { score: Score<Candidate>; weight: number }[],
): Score<Candidate> {
  const bad = terms.find(({ weight }) => !Number.isFinite(weight));
  if (terms.length === 0) fail("weightedSum", "there is no score", "Give at least one.");
  if (bad) fail("weightedSum", `the weight of ${bad.score.name} is ${bad.weight}`, "Give a number.");
  return {
    name: terms.map(({ score, weight }) => `${weight} ${score.name}`).join(" + "),
    async apply(candidates) {
      const sum = new Float32Array(candidates.length);
      for (const { score, weight } of terms) {
        const values = await score.apply(candidates);
        for (let i = 0; i < sum.length; i++) sum[i] += weight * values[i];
      }
      return sum;
    },
  };
}
