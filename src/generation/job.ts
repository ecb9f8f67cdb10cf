// The work of one call of `generate`.

import { fail } from "../core/errors";
import type { GenerativeModel } from "../models/decoding";
import { bucketByTokens } from "../text/batches";
import { type GenerateOptions, readOptions, type Settings } from "./options";

/** Text, encoded with the model's special tokens, or token ids as they are. */
export type Input = string | readonly number[];

export interface Job {
  model: GenerativeModel;
  sequences: readonly (readonly number[])[];
  /** Indices of the inputs that go together. */
  batches: number[][];
  settings: Settings;
  /** Counts tokens for the progress. */
  advance(tokens: number): void;
}

/**
 * Errors: an option out of its range; an input that is neither text nor token ids of the model's vocabulary; one
 * without tokens.
 */
export function prepareJob(
  where: string,
  model: GenerativeModel,
  inputs: readonly Input[],
  options: GenerateOptions,
): Job {
  const settings = readOptions(where, options, model.endTokens);
  const size = vocabularyOf(model);
  for (const name of ["stopTokens", "suppressTokens"] as const) {
    const wrong = options[name]?.findIndex(id => id >= size) ?? -1;
    if (wrong >= 0)
      fail(where, `${name}[${wrong}] is ${options[name]![wrong]}`, `The model's ids are whole numbers below ${size}.`);
  }
  const { maxNewTokens, samples, beamSearch, batchTokens } = settings;
  if (!Array.isArray(inputs))
    fail(where, `the inputs are ${typeof inputs === "string" ? "a text" : inputs}`, "Give a list of them.");
  const sequences = inputs.map((input, i) =>
    typeof input === "string" ? model.tokenizer.encodeWithSpecial(input).ids : tokenIds(where, model, input, i),
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

/** Ids below it exist. The generator of a policy has no configuration of its own: then the tokenizer's size counts. */
const vocabularyOf = (model: GenerativeModel): number =>
  (model as { config?: { vocabularySize?: number } }).config?.vocabularySize ?? model.tokenizer.vocabularySize;

/** Errors: an input that is not a list of the model's token ids. */
function tokenIds(where: string, model: GenerativeModel, input: unknown, i: number): readonly number[] {
  if (!Array.isArray(input) && !ArrayBuffer.isView(input))
    fail(
      where,
      `input ${i} is ${input === null || typeof input !== "object" ? input : "a record"}`,
      "Give a text or token ids.",
    );
  const ids = Array.from(input as readonly unknown[]);
  const message = ids.find(item => typeof (item as { role?: unknown } | null)?.role === "string");
  if (message) fail(where, `input ${i} is a conversation`, "Write it as one text in the model's chat format.");
  const size = vocabularyOf(model);
  const strange = ids.findIndex(id => !(Number.isInteger(id) && (id as number) >= 0 && (id as number) < size));
  if (strange >= 0)
    fail(
      where,
      `token ${strange} of input ${i} is ${JSON.stringify(ids[strange]) ?? ids[strange]}`,
      `The model's ids are whole numbers below ${size}.`,
    );
  return ids as number[];
}

/** What an input's sequences begin with for the repetition penalty: the input, or the decoder's start token. */
export const beginning = ({ model, sequences }: Job, input: number): readonly number[] =>
  model.startToken === undefined ? sequences[input] : [model.startToken];
