// What one call of `generate` has to do.

import { fail } from "../core/errors";
import type { Generator } from "../models/decoding";
import { type GenerateOptions, readOptions, type Settings } from "./options";

/** Text, encoded with the model's special tokens, or token ids as they are. */
export type Input = string | readonly number[];

export interface Job {
  model: Generator;
  sequences: readonly (readonly number[])[];
  /** Places of the inputs that go together. */
  batches: number[][];
  settings: Settings;
  /** Counts tokens towards the progress. */
  advance(tokens: number): void;
}

/** Errors: an option out of its range; an input without tokens. */
export function prepareJob(where: string, model: Generator, inputs: readonly Input[], options: GenerateOptions): Job {
  const settings = readOptions(where, options, model.endTokens);
  const { maxNewTokens, samples, beamSearch, batchTokens } = settings;
  const sequences = inputs.map(input =>
    typeof input === "string" ? model.tokenizer.encodeWithSpecial(input).ids : input,
  );
  const empty = sequences.findIndex(sequence => sequence.length === 0);
  if (empty >= 0) fail(where, `input ${empty} has no token`, "Begin it with the model's start token.");
  const rows = beamSearch?.numBeams ?? samples;
  const total = inputs.length * samples * maxNewTokens;
  let done = 0;
  return {
    model,
    sequences,
    batches: longestFirst(sequences, longest => Math.floor(batchTokens / (rows * (longest + maxNewTokens)))),
    settings,
    advance: tokens => options.onProgress?.((done += tokens), total),
  };
}

/** What an input's sequences begin with, as far as the repetition penalty goes: the input, or what the decoder starts from. */
export const beginning = ({ model, sequences }: Job, input: number): readonly number[] =>
  model.startToken === undefined ? sequences[input] : [model.startToken];

/** Places of sequences in batches of like length; the longest come first, so that what does not fit is known at once. */
function longestFirst(sequences: Job["sequences"], limit: (longest: number) => number): number[][] {
  const places = [...sequences.keys()].sort((a, b) => sequences[b].length - sequences[a].length || a - b);
  const batches: number[][] = [];
  while (places.length > 0) batches.push(places.splice(0, Math.max(1, limit(sequences[places[0]].length))));
  return batches;
}
