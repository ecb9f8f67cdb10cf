// What one call of `generate` has to do.

import { fail } from "../core/errors";
import type { GenerativeModel } from "../models/decoding";
import { bucketByTokens } from "../text/batches";
import { type GenerateOptions, readOptions, type Settings } from "./options";

/** Text, encoded with the model's special tokens, or token ids as they are. */
export type Input = string | readonly number[];

export interface Job {
  model: GenerativeModel;
  sequences: readonly (readonly number[])[];
  /** Places of the inputs that go together. */
  batches: number[][];
  settings: Settings;
  /** Counts tokens towards the progress. */
  advance(tokens: number): void;
}

/** Errors: an option out of its range; an input without tokens. */
export function prepareJob(
  where: string,
  model: GenerativeModel,
  inputs: readonly Input[],
  options: GenerateOptions,
): Job {
  const settings = readOptions(where, options, model.endTokens);
  const { maxNewTokens, samples, beamSearch, batchTokens } = settings;
  const sequences = inputs.map(input =>
    typeof input === "string" ? model.tokenizer.encodeWithSpecial(input).ids : input,
  );
  const empty = sequences.findIndex(sequence => sequence.length === 0);
  if (empty >= 0) fail(where, `input ${empty} has no token`, "Begin it with the model's start token.");
  const rows = beamSearch?.numBeams ?? samples;
  const tokens = sequences.map(({ length }) => rows * (length + maxNewTokens));
  const total = inputs.length * samples * maxNewTokens;
  let done = 0;
  return {
    model,
    sequences,
    // The longest first: what does not fit is known at once.
    batches: bucketByTokens(tokens, batchTokens).reverse(),
    settings,
    advance: tokens => options.onProgress?.((done += tokens), total),
  };
}

/** What an input's sequences begin with, as far as the repetition penalty goes: the input, or what the decoder starts from. */
export const beginning = ({ model, sequences }: Job, input: number): readonly number[] =>
  model.startToken === undefined ? sequences[input] : [model.startToken];
