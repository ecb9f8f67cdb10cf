// Training of any LM on batches that the caller supplies: references of the data, samples of the LM, lists, or all of them.

import * as tf from "@tensorflow/tfjs-core";
import { adamW, type ParameterGroup } from "../backend/adamw";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { at, type Schedule } from "../core/schedule";
import { needWhole } from "../core/whole";
import type { Objective } from "../objectives/objective";
import { type Batches, checkNames, evaluateTerms } from "../objectives/terms";
import { diverged } from "./diverged";
import { createRecorder, type Interruptible, prefixed, under } from "./recorder";
import { relearnsAt } from "./relearning";

/** What an update learns from, or a part of it that fits into memory. */
export interface MicroBatch {
  /**
   * One teacher-forced pass, run where gradients are recorded: a batch for each kind of responses that an objective learns from.
   * Its tensors are freed after the update, but for those that were made before it.
   */
  batches(): Batches;
  /** Its share of the update: its response tokens where the objectives are means over tokens, its rows where over rows; 0 leaves it out. Default 1. */
  weight?: number;
  /** What it consists of (token ids, numbers of rows), to be written down if the loss diverges. */
  source?: unknown;
  /** Frees what `batches` uses; called after the update. */
  dispose?(): void;
}

/** Something else that changes while training runs, the guidance say, and belongs into its checkpoints. */
export interface TrainingPart {
  /** Plain JSON and tensors, which are given away. */
  save(): { state: object; tensors: Record<string, tf.Tensor> };
  /** Goes back to what was saved; the tensors are freed afterwards. */
  restore(saved: { state: object; tensors: Record<string, tf.Tensor> }): void;
}

export interface PolicyRow {
  /** Updates before it. */
  step: number;
  phase: "guidance" | "policy" | "validation";
  name: string;
  value: number;
}

export interface PolicyTraining extends Interruptible {
  /** What is trained: of `trainable`, `addLowRank`, an adaptor. */
  variables: readonly tf.Variable[] | readonly ParameterGroup[];
  /** The micro-batches of an update, which counts from 0; all that is random must come from `rng`, which is the update's own. */
  batches(step: number, rng: Rng): readonly MicroBatch[] | Promise<readonly MicroBatch[]>;
  objectives: readonly Objective[];
  /** Updates. */
  steps: number;
  learningRate: number | Schedule;
  /** Defaults of `adamW`: 0 and 5. */
  weightDecay?: number;
  clipNorm?: number;
  /** A loss further from 0 than this has diverged. Default 10,000. */
  lossLimit?: number;
  /**
   * Learns the guidance anew before update `from` (default 0), `from` + `every`, … below `until` (default: all). What `learn` returns is logged; the
   * guidance belongs into `parts`. `handedOut` is to be told of completions that go to a run log, which is cut to their number when training is resumed.
   */
  relearn?: {
    every: number;
    from?: number;
    until?: number;
    learn(step: number, rng: Rng, handedOut: (completions: number) => void): Promise<Record<string, number>>;
  };
  /**
   * Measures after every so many updates and after the last. `keepBest` names a measure: the policy for which it was highest
   * is in place at the end. Default: the last policy.
   */
  validate?: { every: number; measure(step: number, rng: Rng): Promise<Record<string, number>>; keepBest?: string };
  /** What checkpoints hold beside variables and optimizer. Default: nothing. */
  parts?: Record<string, TrainingPart>;
  /** What else its rows depend on: a checkpoint of other settings is refused. Default: nothing. */
  settings?: object;
  rng: Rng;
}

/** The step and the measure of the policy that is in place at the end. */
export interface PolicyTrained {
  bestStep: number;
  bestValue?: number;
}

interface Place {
  step: number;
  next: "guidance" | "update" | "validation";
  best?: { step: number; value: number };
}

/**
 * Trains variables by objectives. Each update is one AdamW step down the weighted mean of its micro-batches. Yields rows after
 * every update, validation and relearning (docs/logged-metrics.md); stop taking them and training stops there. With `checkpoint` its
 * state is written after every so many updates, after every validation and when it is stopped; resumed with the same options it
 * gives the rows that an uninterrupted run gives.
 *
 * Errors: a loss or gradient that is not finite, or a loss beyond `lossLimit`, by step (the policy is then as the step before left
 * it, and the batch in the run's folder); terms named alike; no batch; a measure to keep the best by that is not measured.
 */
export async function* trainPolicy(options: PolicyTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  const { objectives, steps, learningRate, weightDecay = 0, clipNorm = 5, lossLimit = 1e4, rng } = options;
  const { relearn, validate, checkpoint, resume, parts = {} } = options;
  checkNames("trainPolicy", objectives, ["loss", "gradient norm", "learning rate"]);
  needWhole("trainPolicy", { steps, "relearn.every": relearn?.every ?? 1, "validate.every": validate?.every ?? 1 });
  const variables = options.variables.flatMap(entry => (entry instanceof tf.Variable ? [entry] : entry.variables));
  let place: Place = { step: 0, next: "guidance" };
  let best: tf.Tensor[] = [];
  const settings = {
    ...options.settings,
    ...{ objectives, steps, learningRate, weightDecay, clipNorm, lossLimit, relearn, validate, rng: rng.state().path },
    variables: options.variables.map(entry =>
      entry instanceof tf.Variable ? entry.shape : { ...entry, variables: entry.variables.map(({ shape }) => shape) },
    ),
  };
  const recorder = createRecorder<PolicyRow>("trainPolicy", settings, options, () => {
    const saved = Object.entries(parts).map(([name, part]) => ({ name, ...part.save() }));
    const { step, tensors } = optimizer.snapshot();
    const state = { place, optimizer: step, parts: Object.fromEntries(saved.map(({ name, state }) => [name, state])) };
    const all = [
      prefixed("now/", tensors),
      ...best.map((x, i) => ({ [`best/${i}`]: tf.clone(x) })),
      ...saved.map(({ name, tensors }) => prefixed(`parts/${name}/`, tensors)),
    ];
    return { step: place.step, state, tensors: Object.assign({}, ...all) };
  });
  const optimizer = adamW(options.variables, { learningRate, weightDecay, clipNorm, lossLimit });
  const rowsOf = (phase: PolicyRow["phase"], values: Record<string, number>): PolicyRow[] =>
    Object.entries(values).map(([name, value]) => ({ step: place.step, phase, name, value }));

  function restore() {
    if (!resume) return;
    const saved = resume.state as { place: Place; optimizer: number; parts: Record<string, object> };
    const tensors = resume.tensors();
    try {
      optimizer.restore({ step: saved.optimizer, tensors: under("now/", tensors) });
      if (saved.place.best) best = variables.map((_, i) => tf.clone(tensors[`best/${i}`]));
      for (const [name, part] of Object.entries(parts))
        part.restore({ state: saved.parts[name], tensors: under(`parts/${name}/`, tensors) });
      place = saved.place;
    } finally {
      tf.dispose(tensors);
    }
  }

  async function measured(): Promise<PolicyRow[]> {
    const values = await validate!.measure(place.step, rng.split(`validation ${place.step}`));
    const { keepBest } = validate!;
    if (keepBest !== undefined && !(keepBest in values))
      fail(
        "trainPolicy",
        `there is no measure "${keepBest}"`,
        `Keep the best by one of ${Object.keys(values).join(", ")}.`,
      );
    if (keepBest !== undefined && values[keepBest] > (place.best?.value ?? Number.NEGATIVE_INFINITY)) {
      place.best = { step: place.step, value: values[keepBest] };
      tf.dispose(best);
      best = variables.map(variable => tf.clone(variable));
    }
    return rowsOf("validation", values);
  }

  try {
    restore();
    for (;;) {
      const { step } = place;
      if (place.next === "validation") {
        place.next = "guidance";
        if (validate && (step % validate.every === 0 || step === steps)) yield* recorder.give(await measured(), true);
      }
      if (step === steps) break;
      if (place.next === "guidance") {
        const due = relearn && relearnsAt(step, relearn);
        const values = due ? await relearn.learn(step, rng.split(`guidance ${step}`), recorder.countCompletions) : {};
        place.next = "update";
        if (due) yield* recorder.give(rowsOf("guidance", values));
      }
      const micro = await options.batches(step, rng.split(`update ${step}`));
      if (micro.length === 0) fail("trainPolicy", `there is no batch for update ${step}`, "Return at least one.");
      const { applied, ...done } = accumulated(micro, objectives, step, optimizer);
      if (!applied) {
        const batch = micro.map(({ source }) => source ?? null);
        diverged("trainPolicy", { ...done, folder: checkpoint?.folder, step, batch });
      }
      place = { ...place, step: step + 1, next: "validation" };
      const { loss, gradientNorm, terms } = done;
      const rate = at(learningRate, step);
      yield* recorder.give(
        rowsOf("policy", { loss, "gradient norm": gradientNorm, "learning rate": rate, ...terms }),
        step + 1 === steps && !validate,
      );
      await new Promise(setImmediate); // a notebook's interrupt gets its turn
    }
    for (const [i, x] of best.entries()) tf.tidy(() => variables[i].assign(tf.clone(x)));
    const { best: kept } = place;
    return kept ? { bestStep: kept.step, bestValue: kept.value } : { bestStep: steps };
  } finally {
    await recorder.close();
    tf.dispose(best);
    optimizer.dispose();
  }
}

/** One step of the optimizer on micro-batches, and what it measured: terms are weighted means over them. */
function accumulated(
  all: readonly MicroBatch[],
  objectives: readonly Objective[],
  step: number,
  optimizer: ReturnType<typeof adamW>,
) {
  const counted = all.filter(({ weight }) => weight !== 0); // the mean over no tokens is no number, and 0 times that is none
  const micro = counted.length > 0 ? counted : all;
  const weights = micro.map(({ weight = 1 }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kept: Record<string, tf.Scalar>[] = [];
  try {
    const losses = micro.map(({ batches }, i) => () => {
      const { loss, terms } = evaluateTerms(objectives, batches(), step);
      kept[i] = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, tf.keep(term.clone())]));
      return loss;
    });
    const done = optimizer.minimize(losses, weights);
    const terms = objectives.map(({ name }) => {
      const values = kept.map(terms => terms[name].dataSync()[0]);
      return [name, values.reduce((sum, value, i) => sum + (weights[i] / total) * value, 0)];
    });
    return { ...done, terms: Object.fromEntries(terms) as Record<string, number> };
  } finally {
    tf.dispose(kept);
    for (const { dispose } of all) dispose?.();
  }
}
