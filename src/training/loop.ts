// The loop under every trainer: relearn, update, measure, with one state, one recorder and one way of keeping the
// best policy.

import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../backend/adamw";
import { fail } from "../core/errors";
import { at } from "../core/schedule";
import { checkNames } from "../objectives/terms";
import type { TrainingState } from "./checkpoint";
import { diverged } from "./diverged";
import { type MicroBatch, optimizerStep, type StepReport } from "./optimizer-step";
import type { PolicyRow, PolicyTrained, PolicyTraining, UpdateBatches } from "./policy-training";
import { createRecorder, prefixed, under } from "./recorder";
import { relearnsAt } from "./relearning";

/** Where training stands between two pieces of work. */
interface LoopState {
  /** Where schedules stand. */
  step: number;
  /** Updates done: fewer than `step` where rounds ended early. */
  updates: number;
  next: "validation" | "guidance" | "update";
  /** The best policy so far. */
  best?: { step: number; value: number };
}

/** Trains as `trainPolicy` says; `where` names the trainer in errors and checkpoints. */
export async function* trainingLoop(
  where: TrainingState["kind"],
  options: PolicyTraining,
): AsyncGenerator<PolicyRow[], PolicyTrained> {
  const { objectives, steps, learningRate, weightDecay = 0, clipNorm = 5, lossLimit = 1e4, rng } = options;
  const { relearn, validate, onUpdate, checkpoint, resume, parts = {} } = options;
  checkNames(where, objectives, ["loss", "gradient norm", "learning rate"]);
  const variables = options.variables.flatMap(entry => (entry instanceof tf.Variable ? [entry] : entry.variables));
  let state: LoopState = { step: 0, updates: 0, next: validate?.atStart ? "validation" : "guidance" };
  let best: tf.Tensor[] = [];
  const settings = {
    ...options.settings,
    objectives,
    steps,
    learningRate,
    weightDecay,
    clipNorm,
    lossLimit,
    relearn,
    validate,
    rng: rng.state().path,
    variables: options.variables.map(entry =>
      entry instanceof tf.Variable ? entry.shape : { ...entry, variables: entry.variables.map(({ shape }) => shape) },
    ),
  };
  const recorder = createRecorder<PolicyRow>(where, settings, options, () => {
    const saved = Object.entries(parts).map(([name, part]) => ({ name, ...part.save() }));
    const { step, tensors } = optimizer.snapshot();
    const all = [
      prefixed("now/", tensors),
      ...best.map((x, i) => ({ [`best/${i}`]: tf.clone(x) })),
      ...saved.map(({ name, tensors }) => prefixed(`parts/${name}/`, tensors)),
    ];
    return {
      step: state.updates,
      state: {
        loop: state,
        optimizer: step,
        parts: Object.fromEntries(saved.map(({ name, state }) => [name, state])),
      },
      tensors: Object.assign({}, ...all),
    };
  });
  const optimizer = adamW(options.variables, { learningRate, weightDecay, clipNorm, lossLimit });
  const rowsOf = (phase: PolicyRow["phase"], values: Record<string, number>): PolicyRow[] =>
    Object.entries(values).map(([name, value]) => ({ step: state.updates, phase, name, value }));

  function restore() {
    if (!resume) return;
    const saved = resume.state as { loop: LoopState; optimizer: number; parts: Record<string, object> };
    const tensors = resume.tensors();
    try {
      optimizer.restore({ step: saved.optimizer, tensors: under("now/", tensors) });
      if (saved.loop.best) best = variables.map((_, i) => tf.clone(tensors[`best/${i}`]));
      for (const [name, part] of Object.entries(parts))
        part.restore({ state: saved.parts[name], tensors: under(`parts/${name}/`, tensors) });
      state = saved.loop;
    } finally {
      tf.dispose(tensors);
    }
  }

  async function measured(validation: NonNullable<PolicyTraining["validate"]>): Promise<PolicyRow[]> {
    const { measure, keepBest, keepBestBy = "highest" } = validation;
    const { step } = state;
    const values = await measure(step, rng.split(`validation ${step}`), recorder.countCompletions);
    const names = Object.keys(values);
    if (keepBest !== undefined && names.length > 0 && !names.includes(keepBest))
      fail(where, `there is no measure "${keepBest}"`, `Keep the best by one of ${names.join(", ")}.`);
    const sign = keepBestBy === "highest" ? 1 : -1;
    const least = state.best ? sign * state.best.value : Number.NEGATIVE_INFINITY;
    if (keepBest !== undefined && step > 0 && sign * values[keepBest] > least) {
      state.best = { step: state.updates, value: values[keepBest] };
      tf.dispose(best);
      best = variables.map(variable => tf.clone(variable));
    }
    return rowsOf("validation", values);
  }

  /** The optimizer steps of an update; what the last of them measured is logged. */
  function updated(update: UpdateBatches): Record<string, number> {
    const parted = update.every(Array.isArray) ? (update as MicroBatch[][]) : [update as MicroBatch[]];
    if (parted.flat().length === 0) fail(where, `there is no batch for update ${state.step}`, "Return at least one.");
    let report: StepReport | undefined;
    try {
      for (const micro of parted) {
        report = optimizerStep(micro, objectives, state.step, optimizer);
        if (report.applied) continue;
        const { loss, gradientNorm, terms } = report;
        const batch = micro.map(({ source }) => source ?? null);
        diverged(where, { loss, gradientNorm, terms, folder: checkpoint?.folder, step: state.step, batch });
      }
    } finally {
      for (const { dispose } of parted.flat()) dispose?.();
    }
    const { loss, gradientNorm, terms, measured } = report!;
    const rate = at(learningRate, state.step);
    return { loss, ...measured, "gradient norm": gradientNorm, "learning rate": rate, ...terms };
  }

  try {
    restore();
    for (;;) {
      const { step } = state;
      if (state.next === "validation") {
        state.next = "guidance";
        if (validate && (step % validate.every === 0 || step === steps))
          yield* recorder.give(await measured(validate), true);
      }
      if (step === steps) break;
      if (state.next === "guidance") {
        const due = relearn && relearnsAt(step, relearn);
        const values = due ? await relearn.learn(step, rng.split(`guidance ${step}`), recorder.countCompletions) : {};
        state.next = "update";
        if (due) yield* recorder.give(rowsOf("guidance", values));
      }
      onUpdate?.before(optimizer);
      const values = updated(await options.batches(step, rng.split(`update ${step}`)));
      state = { ...state, updates: state.updates + 1, next: "validation" };
      state.step = onUpdate?.after(step, values, optimizer) ?? step + 1;
      yield* recorder.give(rowsOf("policy", values), state.step === steps && !validate);
      await new Promise(setImmediate); // a notebook's interrupt gets its turn
    }
    for (const [i, x] of best.entries()) tf.tidy(() => variables[i].assign(tf.clone(x)));
    const { best: kept } = state;
    return kept ? { bestStep: kept.step, bestValue: kept.value } : { bestStep: state.updates };
  } finally {
    await recorder.close();
    tf.dispose(best);
    optimizer.dispose();
  }
}
