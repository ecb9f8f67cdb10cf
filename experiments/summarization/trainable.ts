// The summarization experiment: which parameters `lm.trainable` of a setting stands for, by their published names.

import { queriesAndValues } from "../../src/models/low-rank";
import type { Trainable } from "./settings";

/** The first layer that trains; 0 if all of them do. */
export const firstTrained = (trainable: Trainable): number => (trainable === "all" ? 0 : (trainable.fromLayer ?? 0));

/** Whether the parameter itself trains, rather than an adapter beside it. */
export const trainsItself = (trainable: Trainable, name: string): boolean =>
  trainable === "all" || (!("lowRank" in trainable) && (isFrom(name, trainable.fromLayer) || isFinalNorm(name)));

/** Whether the parameter gets a low-rank adapter. */
export const hasAdapter = (trainable: Trainable, name: string): boolean =>
  trainable !== "all" &&
  "lowRank" in trainable &&
  queriesAndValues.test(name) &&
  (firstTrained(trainable) === 0 || isFrom(name, firstTrained(trainable)));

/** Whether the parameter belongs to layer `fromLayer` or one above it; in an encoder–decoder, of the decoder. */
const isFrom = (name: string, fromLayer: number): boolean =>
  !name.startsWith("encoder.") && Number(/(?:layers|h|block)\.(\d+)\./.exec(name)?.[1]) >= fromLayer;

const isFinalNorm = (name: string): boolean =>
  /^(model\.norm|(transformer\.)?ln_f|decoder\.final_layer_norm)\./.test(name);
