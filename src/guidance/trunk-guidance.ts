// Token rewards from an LM that trains with them, by a low-rank update or some of its own parameters.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, listOf, made, required, tensor } from "../core/options";
import type { Rng } from "../core/random";
import { type CausalLm, causalForward } from "../models/causal/forward";
import { createMlp } from "../models/parts/mlp";
import type { RankedLists } from "../preferences/lists";
import { padLeft, padRight } from "../text/batches";
import { type Bound, boundCheck, softplusBound } from "./bounds";
import { type Fit, type FitOptions, fit, fitChecks, type Preferences } from "./fit";
import type { Guidance } from "./reward-model";

/** Responses and the prompt of each, as token ids. */
export interface Responses {
  prompts: readonly (readonly number[])[];
  responses: readonly (readonly number[])[];
}

export type RankedResponses = Responses & ({ scores: ArrayLike<number> } | { lists: RankedLists });

export interface TrunkOptions extends FitOptions {
  /** Reads prompts and responses. It stays the caller's, and changes as it learns. */
  model: CausalLm;
  /** Its parameters that learn: `addLowRank(…).variables`, or `trainable(model, …)`, say its top layers. */
  variables: readonly tf.Variable[];
  /** Default: the paper's double softplus. */
  bound?: Bound;
  /** Width of the reward head. Default 128. */
  hidden?: number;
}

const trunkChecks: Checks<TrunkOptions> = {
  ...fitChecks,
  model: required(made("a decoder-only LM, such as loadCausalLm(…)", "config", "weights", "family")),
  variables: required(listOf(tensor)),
  bound: boundCheck,
  hidden: integer(1),
};

export interface TrunkGuidance extends Guidance<Responses>, Fit {
  /** Those of the trunk, and then the head's. */
  variables: tf.Variable[];
  /** Frees the head. */
  dispose(): void;
}

/**
 * Learns the LM's variables and a fresh reward head on its last hidden states, by `fitRewards`. Rewards are [B,T], T
 * the longest response of a batch; a token's reward sees the prompt and the response up to itself.
 *
 * Errors: those of `fitRewards`; no variables; prompts, responses and scores that differ in number; an empty response.
 */
export async function learnTrunkGuidance(
  candidates: RankedResponses,
  rng: Rng,
  options: TrunkOptions,
): Promise<TrunkGuidance> {
  checkOptions("learnTrunkGuidance", options, trunkChecks);
  const { model, variables, bound = softplusBound(), hidden = 128 } = options;
  const { prompts, responses } = candidates;
  const preferences = checked(candidates);
  if (variables.length === 0)
    fail("learnTrunkGuidance", "the trunk has no variables", "Give some, or use `learnGuidance` on its frozen states.");
  const inputs = model.config.width;
  const head = createMlp({ inputs, hidden, outputs: 1, lastGain: 0.1, lastBias: 0.5, rng: rng.split("reward model") });
  const rewards = (batch: Responses) =>
    tf.tidy(() => {
      const states_BTD = responseStates(model, batch);
      const [B, T, D] = states_BTD.shape;
      return bound.apply(tf.reshape(head.apply(tf.reshape(states_BTD, [B * T, D])), [B, T])) as tf.Tensor2D;
    });
  const at = (rows: readonly number[]): Responses => ({
    prompts: rows.map(row => prompts[row]),
    responses: rows.map(row => responses[row]),
  });
  const all = [...variables, ...head.variables];
  try {
    const fitted = await fit(
      "learnTrunkGuidance",
      {
        variables: all,
        rewards: rows => rewards(at(rows)),
        mask: rows => tf.tensor2d(padRight(at(rows).responses).mask),
      },
      preferences,
      rng,
      options,
    );
    return { ...fitted, variables: all, rewards, dispose: head.dispose };
  } catch (error) {
    head.dispose();
    throw error;
  }
}

/** Last hidden states at the tokens of the responses, [B,T,D]. */
function responseStates(model: CausalLm, { prompts, responses }: Responses): tf.Tensor3D {
  const [before, after] = [padLeft(prompts), padRight(responses)];
  const joined = (part: "ids" | "mask") => before[part].map((row, b) => [...row, ...after[part][b]]);
  const { last } = causalForward(model, { ids: joined("ids"), mask: joined("mask") });
  const [B, , D] = last.shape;
  return tf.slice(last, [0, before.ids[0].length, 0], [B, after.ids[0].length, D]) as tf.Tensor3D;
}

function checked(candidates: RankedResponses): Preferences {
  const { prompts, responses } = candidates;
  const preferences = "lists" in candidates ? candidates.lists : candidates.scores;
  const scored = "order" in preferences ? responses.length : preferences.length;
  if (prompts.length !== responses.length || scored !== responses.length)
    fail(
      "learnTrunkGuidance",
      `there are ${prompts.length} prompts and ${scored} scores for ${responses.length} responses`,
      "Give one of each for every candidate.",
    );
  const empty = responses.findIndex(({ length }) => length === 0);
  if (empty >= 0) fail("learnTrunkGuidance", `response ${empty} has no token`, "Drop empty responses first.");
  return preferences;
}
