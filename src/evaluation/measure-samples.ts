// What a policy's own responses are like: their score, how far the policy went from its reference, how varied they are.

import * as aq from "arquero";
import { fail } from "../core/errors";
import {
  anything,
  type Checks,
  callback,
  checkOptions,
  fields,
  integer,
  listOf,
  made,
  orInfinity,
  randomness,
  required,
  signal as signalCheck,
} from "../core/options";
import type { Rng } from "../core/random";
import { type SampleOptions, sampleChecks } from "../generation/options";
import { repeatedShare } from "../metrics/diversity";
import { encodePrompt, encoderOf } from "../policies/encode-examples";
import { type ReferenceLm, referenceCheck } from "../policies/reference-policy";
import type { ResponsePolicy } from "../policies/response-policy";
import { type PromptEntry, promptOf } from "../preferences/lists-table";
import { type Sample, sampled } from "../preferences/rank-samples";
import { type Score, scoresOf } from "../preferences/score";
import { klToReference } from "./kl-to-reference";
import { measureTable } from "./sample-measures";

/** Tokens of a repeated run, as in Welleck et al. 2020. */
const repeatedTokens = 4;

/** Options of `measureSamples`. */
export interface MeasureSamplesOptions {
  /** Texts, conversations or token ids, or records that have one as `prompt`. */
  prompts: readonly PromptEntry[];
  /** What training optimizes, or any other score of samples, higher is better. */
  score: Score<Sample>;
  /** A second score that training did not see. */
  judge?: Score<Sample>;
  /** Samples of a prompt. Default 4. */
  samples?: number;
  /** How they are drawn, at most `maxNewTokens` tokens each. */
  sampling: SampleOptions;
  /** The frozen LM that KL and likelihood refer to. Default: the policy's own, of `trainablePolicy`. */
  reference?: ReferenceLm;
  /** Stream of samples and intervals. With the same one, two policies draw with the same random numbers. */
  rng: Rng;
  /**
   * Tokens of a pass of both LMs, prompts and padding included. It bounds memory: the logits of each are up to
   * `batchTokens` · vocabulary · 4 bytes, in several copies. Default 1024.
   */
  batchTokens?: number;
  /** Called with tokens drawn, then with samples measured, and with how many there are in total. */
  onProgress?: (what: "sampling" | "measuring", done: number, total: number) => void;
  /** Ends the work: the signal's reason is thrown. */
  signal?: AbortSignal;
}

const measureSamplesChecks: Checks<MeasureSamplesOptions> = {
  prompts: required(listOf(anything)),
  score: required(made("a score of samples", "name", "apply")),
  judge: made("a score of samples", "name", "apply"),
  samples: integer(1),
  sampling: required(fields(sampleChecks)),
  reference: referenceCheck,
  rng: required(randomness),
  batchTokens: orInfinity(integer(1)),
  onProgress: callback,
  signal: signalCheck,
};

/** What `measureSamples` found. */
export interface MeasuredSamples {
  /**
   * One row a measure, with the columns measure, mean, low and high: the mean over prompts of each one's mean over its
   * samples, with its 95 % bootstrap interval over prompts.
   */
  table: aq.ColumnTable;
  /**
   * One row a sample: index (of the prompt), prompt and response (texts), tokens, score, judge if there is one, kl,
   * klPerToken, nll, repeated, length, finished.
   */
  samples: aq.ColumnTable;
}

/**
 * Samples a policy's responses and measures them (docs/evaluation.md has the formulas): score, judge, exact KL to the
 * reference by its logits (a sequence and a token), negative log-likelihood under it, distinct words and pairs of words
 * among a prompt's samples, repeated runs of four tokens, length in tokens, and the share that ended by themselves. KL
 * and likelihood are of the LMs' own distributions, at temperature 1, whatever `sampling` says. `compareSamples`
 * compares two policies.
 *
 *     const how = { prompts, score, sampling: { maxNewTokens: 32 }, rng: seeded(0) };
 *     const { table, samples } = await measureSamples(policy, how);
 *
 * Errors: no prompts; no reference; a score that is not a finite number, by its sample; an option out of its range;
 * those of `generate`.
 */
export async function measureSamples(
  policy: ResponsePolicy & { reference?: ReferenceLm },
  options: MeasureSamplesOptions,
): Promise<MeasuredSamples> {
  checkOptions("measureSamples", options, measureSamplesChecks);
  const { score, judge, samples = 4, sampling, rng, batchTokens = 1024, onProgress, signal } = options;
  const { reference = policy.reference } = options;
  if (!reference)
    fail("measureSamples", `${policy.name} has no reference`, "Give one, such as frozenCopy(lm) from before training.");
  const prompts = options.prompts.map(promptOf);
  if (prompts.length === 0) fail("measureSamples", "there are no prompts", "Give at least one.");
  const { generator } = policy;
  const { tokenizer } = generator;
  const encoder = encoderOf(policy);
  const ids = prompts.map((prompt, i) => encodePrompt(encoder, `measureSamples: prompt ${i}`, prompt));
  const follow = (what: "sampling" | "measuring") => (done: number, total: number) => onProgress?.(what, done, total);

  const written = await sampled(policy, ids, samples, sampling, rng.split("samples"), {
    signal,
    onProgress: (_, ...counts) => follow("sampling")(...counts),
  });
  const examples = written.map(({ input, response }) => ({ prompt: ids[input], response: response as number[] }));
  const own: Sample[] = written.map(({ input, response, text }) => ({
    prompt: prompts[input],
    response,
    text,
    index: input,
  }));
  const columns: Record<string, number[]> = { score: await scoresOf("measureSamples", score, own) };
  signal?.throwIfAborted();
  if (judge) columns.judge = await scoresOf("measureSamples", judge, own);
  const how = { batchTokens, signal, onProgress: follow("measuring") };
  const { kl, nll } = await klToReference(policy, reference, examples, how);
  columns.kl = kl;
  columns.klPerToken = kl.map((sum, n) => sum / examples[n].response.length);
  columns.nll = nll.map((sum, n) => sum / examples[n].response.length);
  for (const [name, values] of Object.entries(columns)) checkFinite(name, values, own);

  const shown = prompts.map((prompt, i) => (typeof prompt === "string" ? prompt : tokenizer.decode(ids[i])));
  const table = aq.table({
    index: own.map(({ index }) => index),
    prompt: own.map(({ index }) => shown[index]),
    response: own.map(({ text }) => text!),
    tokens: examples.map(({ response }) => response.map(id => tokenizer.token(id))),
    ...columns,
    repeated: examples.map(({ response }) => repeatedShare(response, repeatedTokens)),
    length: examples.map(({ response }) => response.length),
    finished: examples.map(({ response }) => generator.endTokens.includes(response.at(-1)!)),
  });
  return { table: measureTable("measureSamples", table, rng.split("intervals")), samples: table };
}

/** Errors: a value that is not finite, by its sample. */
function checkFinite(name: string, values: readonly number[], samples: readonly Sample[]): void {
  const bad = values.findIndex(value => !Number.isFinite(value));
  if (bad < 0) return;
  const { index, text = "" } = samples[bad];
  const remedy =
    name === "score" || name === "judge" ? "Correct the score." : "Check that both LMs give finite logits there.";
  const of = JSON.stringify(text.slice(0, 60));
  fail("measureSamples", `${name} of sample ${bad}, ${of} to prompt ${index}, is ${values[bad]}`, remedy);
}
