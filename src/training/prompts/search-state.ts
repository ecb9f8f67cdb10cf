// The state of the search for prompts between two pieces of work, and how a checkpoint holds it.

import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer, Snapshot } from "../../backend/adamw";
import type { RngState } from "../../core/random";
import { type LearnedGuidance, type LearnOptions, restoreGuidance } from "../../guidance/learn";
import type { PromptPolicy } from "../../policies/prompt-policy";
import type { TrainingCheckpoint } from "../checkpoint";
import { prefixed, type Recorded, under } from "../recorder";
import { copies, type MeasuredGuidance, measuredGuidance } from "../saved-guidance";

/** All that is plain: where the search is, and what it has seen. */
export interface SearchPlace {
  step: number;
  round: number;
  /** What comes next in the round. */
  next: "initial samples" | "guidance" | "updates" | "fresh samples";
  /** Updates done in the round, and the stream that they draw from. */
  update: number;
  sampling?: RngState;
  /** Every prompt scored so far, as rows of actions. */
  prompts: number[][];
  scores: number[];
  /** The best round so far, by the mean score of its fresh samples. */
  kept?: { score: number; round: number };
}

export interface Search {
  place: SearchPlace;
  guidance?: LearnedGuidance;
  /** The policy of the best round, and the policies before the last two updates of this round. */
  best?: Snapshot;
  safe: Snapshot[];
}

/** A search that has not begun. */
export const newSearch = (): Search => ({
  place: { step: 0, round: 0, next: "initial samples", update: 0, prompts: [], scores: [] },
  safe: [],
});

type Remembered = Record<"last" | "tapped", string[]>;
interface SavedSearch {
  place: SearchPlace;
  guidance?: MeasuredGuidance;
  /** The optimizer's steps in each snapshot, by its name. */
  snapshots: Record<string, number>;
  /** Whose frozen states are in the tensors `frozen/…`. They are kept because their last bits depend on what was computed together. */
  remembered: Remembered;
}

const kinds = ["last", "tapped"] as const;

/** The search as a checkpoint holds it. */
export function recordSearch(
  { place, guidance, best, safe }: Search,
  optimizer: Optimizer,
  policy: PromptPolicy,
): Recorded {
  const snapshots: Record<string, Snapshot> = { now: optimizer.snapshot() };
  const all = { ...(best && { best }), ...Object.fromEntries(safe.map((snapshot, i) => [`safe.${i}`, snapshot])) };
  for (const [name, { step, tensors }] of Object.entries(all)) snapshots[name] = { step, tensors: copies(tensors) };
  const { remembered, width } = policy.frozen;
  const tensors = Object.assign(
    {},
    ...Object.entries(snapshots).map(([name, { tensors }]) => prefixed(`${name}/`, tensors)),
    ...kinds.map(kind => (remembered[kind].size > 0 ? { [`frozen/${kind}`]: stacked(remembered[kind], width) } : {})),
    guidance && prefixed("guidance/", copies(guidance.tensors)),
  );
  const state = {
    place,
    guidance: guidance && measuredGuidance(guidance),
    snapshots: Object.fromEntries(Object.entries(snapshots).map(([name, { step }]) => [name, step])),
    remembered: { last: [...remembered.last.keys()], tapped: [...remembered.tapped.keys()] },
  };
  return { step: place.step, state, tensors };
}

function stacked(rows: Map<string, Float32Array>, width: number): tf.Tensor2D {
  const values = new Float32Array(rows.size * width);
  for (const [i, row] of [...rows.values()].entries()) values.set(row, i * width);
  return tf.tensor2d(values, [rows.size, width]);
}

/** The search of a checkpoint; optimizer, policy and frozen states are put back to it. */
export function restoreSearch(
  checkpoint: TrainingCheckpoint,
  optimizer: Optimizer,
  policy: PromptPolicy,
  learn: LearnOptions,
): Search {
  const { place, guidance, snapshots, remembered } = checkpoint.state as SavedSearch;
  const tensors = checkpoint.tensors();
  try {
    const snapshot = (name: string): Snapshot => ({ step: snapshots[name], tensors: under(`${name}/`, tensors) });
    const copy = ({ step, tensors }: Snapshot): Snapshot => ({ step, tensors: copies(tensors) });
    optimizer.restore(snapshot("now"));
    for (const kind of kinds) {
      const values = tensors[`frozen/${kind}`]?.dataSync() as Float32Array | undefined;
      const { width } = policy.frozen;
      for (const [i, prefix] of remembered[kind].entries())
        policy.frozen.remembered[kind].set(prefix, values!.slice(i * width, (i + 1) * width));
    }
    return {
      place,
      guidance: guidance && restoreGuidance({ ...guidance, tensors: under("guidance/", tensors) }, learn),
      best: place.kept && copy(snapshot("best")),
      safe: Object.keys(snapshots)
        .filter(name => name.startsWith("safe."))
        .map(name => copy(snapshot(name))),
    };
  } finally {
    tf.dispose(tensors);
  }
}
