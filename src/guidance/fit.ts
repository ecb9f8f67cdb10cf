// Fits token rewards to preferences, whatever model computes them.

import * as tf from "@tensorflow/tfjs-core";
import { adamW, type Snapshot } from "../backend/adamw";
import { fail } from "../core/errors";
import { lengths } from "../core/masks";
import { mean } from "../core/mean";
import {
  atLeast,
  between,
  type Checks,
  callback,
  checkOptions,
  fields,
  integer,
  orInfinity,
  required,
  signal as signalCheck,
} from "../core/options";
import { type PlateauOptions, plateauChecks, reduceOnPlateau } from "../core/plateau";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { warn } from "../core/warn";
import type { RankedLists } from "../preferences/lists";
import { chunks } from "../text/batches";
import { type Aggregate, aggregateCheck } from "./aggregate";
import { diverged, lossOfLists, type TokenRewards } from "./drawn-lists";
import { heldOutLists } from "./held-out";
import { listDrawing } from "./list-drawing";
import { type ListwiseOptions, listwiseChecks } from "./listwise-loss";

/** Defaults of `FitOptions`. */
export const fitDefaults = { listSize: 5, listsPerStep: 64, steps: 160 } as const;

export interface FitOptions {
  aggregate: Aggregate;
  /** Candidates in a list (K), and lists in a step. Defaults 5 and 64, the paper's. */
  listSize?: number;
  listsPerStep?: number;
  /** Updates. Default 160. */
  steps?: number;
  /** Default 1e-3. */
  learningRate?: number;
  /** Decoupled, as a share of the learning rate. Default 0.1. */
  weightDecay?: number;
  /** Lowers the learning rate on a plateau; the paper's is `{}`. Default: the rate is constant. */
  plateau?: PlateauOptions;
  /** Evaluations without improvement before early stopping; the paper's is 7. Default: never. */
  patience?: number;
  /** Of the listwise loss. */
  loss?: Pick<ListwiseOptions, "temperature" | "margin" | "labelSmoothing" | "eps">;
  /**
   * How much the better of two candidates has to be ahead for each unit of their margin, which is given by the lists or
   * the difference of their scores (ODPO's offset: Amini et al. 2024, arXiv:2402.10571). Default 0: margins are not
   * read.
   */
  marginWeight?: number;
  /** Weights of the penalties `centering` and `squaredRewards` in the loss. Default 0. */
  centering?: number;
  rewardNorm?: number;
  /**
   * Share of the candidates, or of the ranked lists, held out to choose the best step by. Default 1/6, at least 16
   * candidates.
   */
  heldOut?: number;
  /** Steps between evaluations on what is held out. Default 20. */
  every?: number;
  /** Called at every evaluation. */
  onProgress?: (evaluation: EvaluationStep) => void;
  /** Ends the fit at its next step: the signal's reason is thrown. */
  signal?: AbortSignal;
}

/** An evaluation on what is held out. */
export interface EvaluationStep {
  step: number;
  steps: number;
  /** Mean loss since the previous evaluation. */
  loss: number;
  /**
   * Spearman correlation with held-out scores, NaN where all aggregates are equal; or the share of held-out pairs in
   * order.
   */
  heldOut: number;
  learningRate: number;
}

export const fitChecks: Checks<FitOptions> = {
  aggregate: required(aggregateCheck),
  listSize: integer(2),
  listsPerStep: integer(1),
  steps: integer(1),
  learningRate: atLeast(0),
  weightDecay: atLeast(0),
  plateau: fields(plateauChecks),
  patience: orInfinity(integer(1)),
  loss: fields({
    temperature: listwiseChecks.temperature,
    margin: listwiseChecks.margin,
    labelSmoothing: listwiseChecks.labelSmoothing,
    eps: listwiseChecks.eps,
  }),
  marginWeight: atLeast(0),
  centering: atLeast(0),
  rewardNorm: atLeast(0),
  heldOut: between(0, 1),
  every: integer(1),
  onProgress: callback,
  signal: signalCheck,
};

/** A score for each candidate, or lists of candidates. */
export type Preferences = ArrayLike<number> | RankedLists;

export interface Fit {
  /**
   * Spearman correlation of aggregate and score on held-out candidates, at the step that was kept; NaN for ranked
   * lists.
   */
  heldOutSpearman: number;
  /** Share of held-out pairs that the aggregates put in their order, at that step. */
  heldOutAgreement: number;
  bestStep: number;
  /** Mean loss of the last `every` steps. */
  loss: number;
}

/**
 * Fits the rewards so that their aggregates order whole sequences as the preferences do, on lists drawn anew at every
 * step, and leaves the variables as they were at the step that ordered the held-out part best. An evaluation whose
 * aggregates are all equal (NaN) is worse than any other. Where too few candidates differ to hold one out, nothing can
 * be judged: a warning says so, the last step is kept, and heldOutSpearman and heldOutAgreement are NaN.
 *
 * Errors: an option out of its range; too few candidates to hold some out and fill a list; a score that is not a
 * number; a margin that is not known, with `marginWeight`; scores that are all equal, lists in which all are tied; a
 * candidate without a token; a loss that is not finite, with its lists; the signal's reason.
 */
export async function fitRewards(
  model: TokenRewards,
  preferences: Preferences,
  rng: Rng,
  options: FitOptions,
): Promise<Fit> {
  checkOptions("fitRewards", options, fitChecks);
  return fit("fitRewards", model, preferences, rng, options);
}

/** `fitRewards` with checked options, for the function that errors name. */
export async function fit(
  where: string,
  model: TokenRewards,
  preferences: Preferences,
  rng: Rng,
  options: FitOptions,
): Promise<Fit> {
  const { aggregate, learningRate = 1e-3, weightDecay = 0.1 } = options;
  const {
    listSize = fitDefaults.listSize,
    listsPerStep = fitDefaults.listsPerStep,
    steps = fitDefaults.steps,
  } = options;
  const { plateau, patience = Infinity, heldOut = 1 / 6, every = 20, onProgress, signal } = options;
  const { learned, judgeable, judge } = heldOutLists(where, preferences, {
    listSize,
    heldOut,
    rng: rng.split("held out"),
  });
  checkTokens(where, model, preferences);
  if (!judgeable)
    warn(
      where,
      "no held-out candidates differ in the preferences",
      "The last step is kept; score more to judge steps.",
    );
  const draw = listDrawing(where, learned, options.marginWeight ?? 0);
  const rate = reduceOnPlateau(learningRate, plateau);
  const optimizer = adamW(model.variables, { learningRate: () => rate.rate(), weightDecay });
  const listRng = rng.split("lists");
  const scored = (candidates: readonly number[], sizes: readonly number[]) =>
    read(() => aggregate.apply(model.rewards(candidates, false), model.mask(candidates), sizes));

  let best = { spearman: Number.NaN, agreement: Number.NaN, value: Number.NaN, step: 0 };
  let snapshot: Snapshot | undefined;
  const losses: number[] = [];
  try {
    let worse = 0;
    for (let step = 1; step <= steps && worse < patience; step++) {
      signal?.throwIfAborted();
      const { drawn, behind } = draw({ lists: listsPerStep, listSize, rng: listRng });
      const { loss } = optimizer.minimize(() => lossOfLists(model, drawn, { ...options, listSize, behind }));
      if (!Number.isFinite(loss)) diverged(where, model, drawn, { aggregate, listSize, step, loss });
      losses.push(loss);
      if (step % every === 0 || step === steps) {
        const now = judge(scored);
        const better = now.value > best.value || (Number.isNaN(best.value) && !Number.isNaN(now.value));
        if (better || Number.isNaN(best.value)) {
          tf.dispose(snapshot?.tensors ?? {});
          best = { ...now, step };
          snapshot = optimizer.snapshot();
        }
        worse = better || !judgeable ? 0 : worse + 1;
        onProgress?.({
          step,
          steps,
          loss: mean(losses.slice(-((step - 1) % every) - 1)),
          heldOut: now.value,
          learningRate: rate.rate(),
        });
        if (plateau) rate.step(now.value);
        await new Promise(setImmediate);
      }
    }
    if (snapshot) optimizer.restore(snapshot);
    return {
      heldOutSpearman: best.spearman,
      heldOutAgreement: best.agreement,
      bestStep: best.step,
      loss: mean(losses.slice(-every)),
    };
  } finally {
    optimizer.dispose();
    tf.dispose(snapshot?.tensors ?? {});
  }
}

/** Errors: a candidate without a token. */
function checkTokens(where: string, model: TokenRewards, preferences: Preferences): void {
  const { lengths: known } = model;
  const candidates = "order" in preferences ? [...new Set(preferences.order)] : [...Array(preferences.length).keys()];
  for (const part of chunks(candidates, 256)) {
    const tokens = known ? part.map(candidate => known[candidate]) : read(() => lengths(model.mask(part)));
    const empty = tokens.indexOf(0);
    if (empty >= 0) fail(where, `candidate ${part[empty]} has no token`, "Drop empty candidates first.");
  }
}
