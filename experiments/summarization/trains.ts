// The summarization experiment: which parameters a setting's `trains` means, by their names.

import { queriesAndValues } from "../../src/models/low-rank";
import type { Trains } from "./settings";

/** The first layer that trains; 0 if all of them do. */
export const firstTrained = (trains: Trains): number => (trains === "all" ? 0 : (trains.from ?? 0));

/** Whether a parameter itself trains, not by an update beside it. */
export const trainsWhole = (trains: Trains, name: string): boolean =>
  trains === "all" || (!("lowRank" in trains) && (isAbove(name, trains.from) || isLastNorm(name)));

/** Whether a parameter gets a low-rank update. */
export const trainsBeside = (trains: Trains, name: string): boolean =>
  trains !== "all" &&
  "lowRank" in trains &&
  queriesAndValues.test(name) &&
  (firstTrained(trains) === 0 || isAbove(name, firstTrained(trains)));

/** Whether it belongs to one of the layers from `from` on: of an encoder–decoder, the decoder's. */
const isAbove = (name: string, from: number): boolean =>
  !name.startsWith("encoder.") && Number(/(?:layers|h|block)\.(\d+)\./.exec(name)?.[1]) >= from;

const isLastNorm = (name: string): boolean =>
  /^(model\.norm|(transformer\.)?ln_f|decoder\.final_layer_norm)\./.test(name);
