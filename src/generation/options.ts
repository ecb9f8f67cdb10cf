// Options of generation, checked once.

import { fail } from "../core/errors";
import {
  above,
  type Check,
  type Checks,
  callback,
  checkOptions,
  fields,
  finite,
  integer,
  listOf,
  oneOf,
  randomness,
  required,
  signal as signalCheck,
} from "../core/options";
import type { Rng } from "../core/random";

/** Tokens are drawn at random. */
export interface Sampling {
  /** One number is taken from it a call; every sequence then has a stream of its own, whatever it is batched with. */
  rng: Rng;
  /** Divides the logits. Default 1. */
  temperature?: number;
  /** Keep only the topK likeliest tokens. Default: all. */
  topK?: number;
  /** Keep only the fewest likeliest tokens whose probabilities sum to topP or more, after top-k. Default 1: all. */
  topP?: number;
}

/** Searches for the likeliest sequence, several at a time. */
export interface BeamSearch {
  numBeams: number;
  /** Finished sequences compare by log-probability / length^lengthPenalty: above 0 favours long ones. Default 1. */
  lengthPenalty?: number;
  /**
   * When an input is done: `true`, as soon as numBeams sequences have finished; `false`, when no running one would beat
   * them if it ended now; `"never"`, when no running one could beat them at any length. Default false.
   */
  earlyStopping?: boolean | "never";
}

/**
 * Names and meanings are those of Transformers. Without `sampling` and `beamSearch` the likeliest token is taken each
 * time.
 */
export interface GenerateOptions {
  /** The most tokens to generate for a sequence. */
  maxNewTokens: number;
  /** Tokens of a sequence before a stop token may be chosen. Default 0. */
  minNewTokens?: number;
  sampling?: Sampling;
  beamSearch?: BeamSearch;
  /** Sequences per input: random draws, or the best of a beam search. Default 1. */
  samples?: number;
  /** Above 1 it makes tokens of the input and those generated before less likely. Default 1. */
  repetitionPenalty?: number;
  /** Tokens that are never generated. Default none. */
  suppressTokens?: readonly number[];
  /** Tokens that end a sequence and stay at its end. Default: the model's own. */
  stopTokens?: readonly number[];
  /** A sequence ends when one of these appears in its text, which is cut before it. Default none. */
  stopStrings?: readonly string[];
  /** The most tokens of a batch, of inputs and generated; inputs of similar length go together. Default 8192. */
  batchTokens?: number;
  /** Ends the work: the signal's reason is thrown. */
  signal?: AbortSignal;
  /** Called with tokens done and in total; a sequence that has ended counts in full. */
  onProgress?: (done: number, total: number) => void;
}

const probability: Check = {
  expected: "a number above 0, at most 1",
  accepts: value => typeof value === "number" && value > 0 && value <= 1,
};
const stopString: Check = {
  expected: "a text that is not empty",
  accepts: value => typeof value === "string" && value !== "",
};
const samplingChecks: Checks<Omit<Sampling, "rng">> = { temperature: above(0), topK: integer(1), topP: probability };

/** How a policy's responses are sampled: options of `generate`. */
export type SampleOptions = Omit<Sampling, "rng"> &
  Pick<GenerateOptions, "maxNewTokens" | "minNewTokens" | "batchTokens">;

export const sampleChecks: Checks<SampleOptions> = {
  ...samplingChecks,
  maxNewTokens: required(integer(1)),
  minNewTokens: integer(0),
  batchTokens: integer(1),
};

const generateChecks: Checks<GenerateOptions> = {
  maxNewTokens: required(integer(1)),
  minNewTokens: integer(0),
  sampling: fields<Sampling>({ ...samplingChecks, rng: required(randomness) }),
  beamSearch: fields<BeamSearch>({
    numBeams: required(integer(1)),
    lengthPenalty: finite,
    earlyStopping: oneOf(true, false, "never"),
  }),
  samples: integer(1),
  repetitionPenalty: above(0),
  suppressTokens: listOf(integer(0)),
  stopTokens: listOf(integer(0)),
  stopStrings: listOf(stopString),
  batchTokens: integer(1),
  signal: signalCheck,
  onProgress: callback,
};

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
  checkOptions(where, options, generateChecks);
  const { maxNewTokens, minNewTokens = 0, samples = 1, repetitionPenalty = 1, batchTokens = 8192, signal } = options;
  const { suppressTokens = [], stopTokens = endTokens, stopStrings = [] } = options;
  const sampling = options.sampling && { temperature: 1, topP: 1, ...given(options.sampling) };
  const beamSearch = options.beamSearch && {
    lengthPenalty: 1,
    earlyStopping: false as const,
    ...given(options.beamSearch),
  };

  if (minNewTokens > maxNewTokens)
    fail(where, `minNewTokens is ${minNewTokens}`, `Give at most maxNewTokens, ${maxNewTokens}.`);
  if (sampling && beamSearch)
    fail(where, "both sampling and beamSearch are given", "Choose one: a beam search draws nothing at random.");
  if (beamSearch && samples > beamSearch.numBeams)
    fail(where, `samples is ${samples}`, `Give at most numBeams, ${beamSearch.numBeams}.`);
  if (!sampling && !beamSearch && samples > 1)
    fail(where, `samples is ${samples}`, "Give sampling or beamSearch too: greedy sequences are all the same.");

  return {
    maxNewTokens,
    minNewTokens,
    samples,
    repetitionPenalty,
    batchTokens,
    suppressTokens,
    stopStrings,
    signal,
    sampling,
    beamSearch,
    stopTokens: new Set(stopTokens),
  };
}

/** Without the entries that are undefined, which would hide a default. */
const given = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
