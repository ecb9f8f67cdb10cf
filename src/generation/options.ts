// How to generate, checked once.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";

/** Tokens are drawn at random. */
export interface Sampling {
  /** One number is taken from it a call; every sequence then has a stream of its own, whatever it is batched with. */
  rng: Rng;
  /** Divides the logits. Default 1. */
  temperature?: number;
  /** Only the so many likeliest tokens. Default: all. */
  topK?: number;
  /** Only the fewest likeliest tokens whose probabilities reach this sum, after top-k. Default 1: all. */
  topP?: number;
}

/** The likeliest sequence is searched for, several at a time. */
export interface BeamSearch {
  numBeams: number;
  /** Finished sequences compare by log-probability / length^lengthPenalty: above 0 favours long ones. Default 1. */
  lengthPenalty?: number;
  /**
   * When an input is done: `true`, as soon as numBeams sequences have finished; `false`, when no running one would beat them if it ended
   * now; `"never"`, when no running one could beat them at any length. Default false.
   */
  earlyStopping?: boolean | "never";
}

/** Names and meanings are those of Transformers. Without `sampling` and `beamSearch` the likeliest token is taken each time. */
export interface GenerateOptions {
  /** The most tokens that a sequence gets. */
  maxNewTokens: number;
  /** No stop token is chosen before so many others. Default 0. */
  minNewTokens?: number;
  sampling?: Sampling;
  beamSearch?: BeamSearch;
  /** Sequences an input: so many draws, or the so many best of a beam search. Default 1. */
  samples?: number;
  /** Makes tokens of the input and those generated less likely, where above 1. Default 1. */
  repetitionPenalty?: number;
  /** Tokens that are never generated. Default none. */
  suppressTokens?: readonly number[];
  /** Tokens that end a sequence and stay at its end. Default: the model's own. */
  stopTokens?: readonly number[];
  /** A sequence ends when one of these appears in its text, which is cut before it. Default none. */
  stopStrings?: readonly string[];
  /** The most tokens, of input and generated, that are on their way at once; inputs of like length go together. Default 8192. */
  batchTokens?: number;
  /** Ends the work: the signal's reason is thrown. */
  signal?: AbortSignal;
  /** Told of progress, in tokens; a sequence that has ended counts in full. */
  onProgress?: (done: number, total: number) => void;
}

/** Options with every default filled in. */
export interface Settings
  extends Required<Omit<GenerateOptions, "sampling" | "beamSearch" | "stopTokens" | "signal" | "onProgress">> {
  sampling?: Required<Omit<Sampling, "topK">> & { topK?: number };
  beamSearch?: Required<BeamSearch>;
  stopTokens: ReadonlySet<number>;
  signal?: AbortSignal;
}

/**
 * @param endTokens the model's own
 *
 * Errors: an option out of its range, or two that exclude each other.
 */
export function readOptions(where: string, options: GenerateOptions, endTokens: readonly number[]): Settings {
  const { maxNewTokens, minNewTokens = 0, samples = 1, repetitionPenalty = 1, batchTokens = 8192, signal } = options;
  const { suppressTokens = [], stopTokens = endTokens, stopStrings = [] } = options;
  const sampling = options.sampling && { temperature: 1, topP: 1, ...given(options.sampling) };
  const beamSearch = options.beamSearch && {
    lengthPenalty: 1,
    earlyStopping: false as const,
    ...given(options.beamSearch),
  };

  const check = (name: string, value: unknown, holds: boolean, remedy: string) => {
    if (!holds) fail(where, `${name} is ${value}`, remedy);
  };
  const whole = (name: string, value: number, least: number) =>
    check(name, value, Number.isInteger(value) && value >= least, `Give a whole number of at least ${least}.`);
  const positive = (name: string, value: number) =>
    check(name, value, value > 0 && value < Infinity, "Give a number above 0.");

  whole("maxNewTokens", maxNewTokens, 1);
  whole("minNewTokens", minNewTokens, 0);
  check("minNewTokens", minNewTokens, minNewTokens <= maxNewTokens, `Give at most maxNewTokens, ${maxNewTokens}.`);
  whole("samples", samples, 1);
  positive("repetitionPenalty", repetitionPenalty);
  whole("batchTokens", batchTokens, 1);
  for (const id of suppressTokens) whole("a suppressed token", id, 0);
  for (const id of stopTokens) whole("a stop token", id, 0);
  check("a stop string", '""', !stopStrings.includes(""), "Leave it out.");
  if (sampling && beamSearch)
    fail(where, "both sampling and beamSearch are given", "Choose one: a beam search draws nothing at random.");
  if (sampling) {
    positive("temperature", sampling.temperature);
    check("topP", sampling.topP, sampling.topP > 0 && sampling.topP <= 1, "Give a number above 0, at most 1.");
    if (sampling.topK !== undefined) whole("topK", sampling.topK, 1);
  } else if (beamSearch) {
    whole("numBeams", beamSearch.numBeams, 1);
    check(
      "lengthPenalty",
      beamSearch.lengthPenalty,
      Number.isFinite(beamSearch.lengthPenalty),
      "Give a finite number.",
    );
    check("samples", samples, samples <= beamSearch.numBeams, `Give at most numBeams, ${beamSearch.numBeams}.`);
  } else
    check("samples", samples, samples === 1, "Give sampling or beamSearch too: greedy sequences are all the same.");

  return {
    ...{ maxNewTokens, minNewTokens, samples, repetitionPenalty, batchTokens, suppressTokens, stopStrings, signal },
    ...{ sampling, beamSearch, stopTokens: new Set(stopTokens) },
  };
}

/** Without the entries that are undefined, which would hide a default. */
const given = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
