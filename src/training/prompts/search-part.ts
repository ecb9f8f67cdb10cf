// What the search for prompts keeps between two pieces of work, as a part of a training's checkpoint.

import * as tf from "@tensorflow/tfjs-core";
import type { Snapshot } from "../../backend/adamw";
import type { RngState } from "../../core/random";
import { type LearnedGuidance, type LearnOptions, restoreGuidance } from "../../guidance/learn";
import type { PromptPolicy } from "../../policies/prompt-policy";
import type { TrainingPart } from "../policy-training";
import { prefixed, under } from "../recorder";
import { copies, type MeasuredGuidance, measuredGuidance } from "../saved-guidance";

export interface Search {
  /** Every prompt scored so far, as rows of actions. */
  prompts: number[][];
  scores: number[];
  /** Updates done, and how many they were at each round's end. */
  updates: number;
  roundEnds: number[];
  /** The stream that the round's updates draw from. */
  sampling?: RngState;
  guidance?: LearnedGuidance;
  /** The policies before the last two updates of this round. */
  safe: Snapshot[];
}

type Remembered = Record<"last" | "captured", string[]>;
interface SavedSearch extends Pick<Search, "prompts" | "scores" | "updates" | "roundEnds" | "sampling"> {
  guidance?: MeasuredGuidance;
  /** The optimizer's steps in each of the safe snapshots. */
  safe: number[];
  /**
   * Whose frozen states are in the tensors `frozen/…`. They are kept because their last bits depend on what was
   * computed together.
   */
  remembered: Remembered;
}

const kinds = ["last", "captured"] as const;

/** Saves and restores the search, and the states that the frozen LM remembers. */
export const searchPart = (search: Search, policy: PromptPolicy, learn: LearnOptions): TrainingPart => ({
  save() {
    const { prompts, scores, updates, roundEnds, sampling, guidance, safe } = search;
    const { remembered, width } = policy.frozen;
    const tensors = Object.assign(
      {},
      ...safe.map(({ tensors }, i) => prefixed(`safe.${i}/`, copies(tensors))),
      ...kinds.map(kind => (remembered[kind].size > 0 ? { [`frozen/${kind}`]: stacked(remembered[kind], width) } : {})),
      guidance && prefixed("guidance/", copies(guidance.tensors)),
    );
    const state: SavedSearch = {
      prompts,
      scores,
      updates,
      roundEnds,
      sampling,
      guidance: guidance && measuredGuidance(guidance),
      safe: safe.map(({ step }) => step),
      remembered: { last: [...remembered.last.keys()], captured: [...remembered.captured.keys()] },
    };
    return { state, tensors };
  },
  restore({ state, tensors }) {
    const { prompts, scores, updates, roundEnds, sampling, guidance, safe, remembered } = state as SavedSearch;
    for (const kind of kinds) {
      const values = tensors[`frozen/${kind}`]?.dataSync() as Float32Array | undefined;
      const { width } = policy.frozen;
      for (const [i, prefix] of remembered[kind].entries())
        policy.frozen.remembered[kind].set(prefix, values!.slice(i * width, (i + 1) * width));
    }
    search.prompts.push(...prompts); // in place: the source of preferences has the same arrays
    search.scores.push(...scores);
    Object.assign(search, {
      updates,
      roundEnds,
      sampling,
      guidance: guidance && restoreGuidance({ ...guidance, tensors: under("guidance/", tensors) }, learn),
      safe: safe.map((step, i) => ({ step, tensors: copies(under(`safe.${i}/`, tensors)) })),
    });
  },
});

function stacked(rows: Map<string, Float32Array>, width: number): tf.Tensor2D {
  const values = new Float32Array(rows.size * width);
  for (const [i, row] of [...rows.values()].entries()) values.set(row, i * width);
  return tf.tensor2d(values, [rows.size, width]);
}
