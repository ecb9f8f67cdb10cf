// The summarization experiment: which parameters a setting's `trains` means, by their names.

import { queriesAndValues } from "../../src/models/low-rank";
import type { Trainable } from "./settings";

/** The first layer that trains; 0 if all of them do. */
export const firstTrained = (trained: Trainable): number => (trained === "all" ? 0 : (trained.fromLayer ?? 0));

/** Whether a parameter itself trains, not by an update beside it. */
export const trainsWhole = (trained: Trainable, name: string): boolean =>
  trained === "all" || (!("lowRank" in trained) && (isAbove(name, trained.fromLayer) || isLastNorm(name)));

/** Whether a parameter gets a low-rank update. */
export const trainsBeside = (trained: Trainable, name: string): boolean =>
  trained !== "all" &&
  "lowRank" in trained &&
  queriesAndValues.test(name) &&
  (firstTrained(trained) === 0 || isAbove(name, firstTrained(trained)));

/** Whether it belongs to one of the layers from `from` on: of an encoder–decoder, the decoder's. */
const isAbove = (name: string, from: number): boolean =>
  !name.startsWith("encoder.") && Number(/(?:layers|h|block)\.(\d+)\./.exec(name)?.[1]) >= from;

const isLastNorm = (name: string): boolean =>
  /^(model\.norm|(transformer\.)?ln_f|decoder\.final_layer_norm)\./.test(name);
