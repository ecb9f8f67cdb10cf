// Text from a model: many inputs, several sequences each, as a whole or token by token.

import { fail } from "../core/errors";
import type { GenerativeModel } from "../models/decoding";
import { beamSearch } from "./beam-search";
import { continueBatch } from "./continue-batch";
import type { Generated, GeneratedToken } from "./generated";
import { type Input, type Job, prepareJob } from "./job";
import type { GenerateOptions } from "./options";

/**
 * Continues every input; an encoder–decoder model answers it. Sequences come in the order of the inputs.
 *
 *     const sampling = { rng: seeded(0), topP: 0.9 };
 *     const [{ text }] = await generate(model, ["Once upon a time"], { maxNewTokens: 40, sampling });
 *
 * Errors: an option out of its range; an input that is not text or token ids of the model's vocabulary, or has none;
 * more tokens than the model's context; no token that is allowed; logits that are not numbers.
 */
export async function generate(
  model: GenerativeModel,
  inputs: readonly Input[],
  options: GenerateOptions,
): Promise<Generated[]> {
  const job = prepareJob("generate", model, inputs, options);
  const sequences: Generated[][] = inputs.map(() => []);
  if (job.settings.beamSearch) {
    for (const batch of job.batches)
      for (const sequence of await beamSearch(job, batch)) sequences[sequence.input].push(sequence);
    return sequences.flat();
  }
  for await (const { input, sample, id, logProb, text, finished = "length" } of continueAll(job)) {
    const sequence = (sequences[input][sample] ??= { input, sample, ids: [], logProbs: [], text: "", finished });
    sequence.ids.push(id);
    sequence.logProbs.push(logProb);
    sequence.text += text;
    sequence.finished = finished;
  }
  return sequences.flat();
}

/**
 * The same, greedy or sampled, token by token as they come. Leaving the loop ends the work and frees its memory.
 *
 *     for await (const { text } of generateStream(model, ["Once"], { maxNewTokens: 40 })) process.stdout.write(text);
 *
 * Errors: those of `generate`; a beam search.
 */
export async function* generateStream(
  model: GenerativeModel,
  inputs: readonly Input[],
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken> {
  const job = prepareJob("generateStream", model, inputs, options);
  if (job.settings.beamSearch)
    fail("generateStream", "beamSearch is given", "Use `generate`: the best sequence is known only at the end.");
  yield* continueAll(job);
}

async function* continueAll(job: Job): AsyncGenerator<GeneratedToken> {
  // One number per call, so that a second call with the same stream gives other samples.
  const rng = job.settings.sampling?.rng;
  const streams = rng?.split(`generate ${rng.integer(2 ** 32)}`);
  for (const batch of job.batches) yield* continueBatch(job, batch, streams);
}
