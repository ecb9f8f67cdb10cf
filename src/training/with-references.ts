// LM training with supervised data: references weighted by token rewards. (Yang et al. 2023, Section 2.2 and
// Algorithm 1.)

import { totalmem } from "node:os";
import type * as tf from "@tensorflow/tfjs-core";
import type { ColumnTable } from "arquero";
import type { ParameterGroup } from "../backend/adamw";
import { fail } from "../core/errors";
import { anything, type Checks, checkOptions, either, fields, listOf, made, required } from "../core/options";
import type { Rng } from "../core/random";
import type { Schedule } from "../core/schedule";
import { type SampleOptions, sampleChecks } from "../generation/options";
import type { TextGuidance } from "../guidance/text-guidance";
import type { Objective, OptionalField } from "../objectives/objective";
import { encodeExamples } from "../policies/encode-examples";
import type { EncodedExamples, Example, ResponsePolicy } from "../policies/response-policy";
import { sampled } from "../preferences/rank-samples";
import { chunks } from "../text/batches";
import { epochChecks, responseTrainerChecks } from "./checks";
import { epochOrder, updatesOf, updatesPerEpoch } from "./epochs";
import { checkFields } from "./fields";
import { trainingLoop } from "./loop";
import type { Counts, MicroBatch } from "./optimizer-step";
import type { PolicyRow, PolicyTrained, PolicyTraining } from "./policy-training";
import type { Interruptible } from "./recorder";
import {
  type GuidanceTraining,
  givenGuidance,
  guidanceTrainingCheck,
  relearningDefaults,
  sourceGuidance,
} from "./reference-guidance";
import { transformed } from "./reward-controls";
import { digestOf } from "./settings";

/** Options of `trainWithReferences`. */
export interface ReferenceTraining extends Interruptible {
  policy: ResponsePolicy & { variables?: readonly tf.Variable[] };
  /** What is trained. Default: the policy's own, of `trainablePolicy`. */
  variables?: readonly tf.Variable[] | readonly ParameterGroup[];
  /**
   * References as responses to their prompts, in token ids, each with its end token; prompts may be made when they
   * are asked for, which is once an update. Or a table with columns `response` and `prompt`, which is encoded as in
   * `learnGuidance`.
   */
  references: readonly Example[] | ColumnTable;
  /** `weightedMle` and others on references or on samples, of which an update draws one for each of its prompts. */
  objectives: readonly Objective[];
  /** Learned as training goes on, or before by `learnGuidance`. Without it every reward is 1. */
  guidance?: GuidanceTraining | TextGuidance;
  /** How samples are drawn, where an objective learns from them. */
  sampling?: SampleOptions;
  /** May be a fraction: the nearest whole number of updates. */
  epochs: number;
  /** References in an update, and of these in a pass. Default of `microBatchSize`: all. It never changes a loss. */
  batchSize: number;
  microBatchSize?: number;
  /**
   * Bytes for what the policy keeps of references. If all of them fit, they are read once, before the first update;
   * else each update reads its own anew, with the same numbers up to rounding. Default: a quarter of the machine's
   * memory.
   */
  maxBytes?: number;
  learningRate: number | Schedule;
  /** Defaults of `adamW`: 0 and 5. */
  weightDecay?: number;
  clipNorm?: number;
  /** See `trainPolicy`; `every` counts epochs. */
  validate?: PolicyTraining["validate"];
  rng: Rng;
}

const referenceTrainingChecks: Checks<ReferenceTraining> = {
  ...responseTrainerChecks,
  ...epochChecks,
  references: required(either(listOf(anything), made("a table", "numRows"))),
  guidance: either(made("a guidance, from learnGuidance", "rewards", "table"), guidanceTrainingCheck),
  sampling: fields(sampleChecks),
};

/**
 * Trains the policy's variables on references, epoch by epoch: references of like lengths stand together, in a new
 * order each epoch. Rows, checkpoints, resuming and keep-best are those of `trainPolicy`; the phase "guidance" logs
 * the listwise loss, how the guidance orders held-out lists, and the samples' mean score and length.
 *
 * Errors: those of `trainPolicy`, `generate` and `learnGuidance`; before anything is drawn, an objective that this
 * trainer cannot feed; no variables; a share of an epoch that is less than an update.
 */
export async function* trainWithReferences(options: ReferenceTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  checkOptions("trainWithReferences", options, referenceTrainingChecks);
  const { policy, objectives, guidance: given, sampling, epochs, batchSize, validate, rng } = options;
  const { microBatchSize = batchSize, maxBytes = totalmem() / 4, variables = policy.variables } = options;
  const { learningRate, weightDecay, clipNorm, checkpoint, resume, signal } = options;
  const sampler = objectives.find(({ on }) => on === "samples");
  if (sampler && !sampling)
    fail("trainWithReferences", `${sampler.name} learns from samples`, "Give sampling, which says how to draw them.");
  const fields: OptionalField[] = ["reward_BT"];
  checkFields("trainWithReferences", objectives, { references: fields, ...(sampling && { samples: fields }) });
  if (!variables)
    fail("trainWithReferences", "there are no variables", "Make the policy by trainablePolicy, or give variables.");
  const references = "numRows" in options.references ? encodeExamples(policy, options.references) : options.references;
  if (references.length === 0) fail("trainWithReferences", "there is no reference", "Give at least one.");
  const perEpoch = updatesPerEpoch(references.length, batchSize);
  const updates = (name: string, epochs: number) => updatesOf("trainWithReferences", name, epochs, perEpoch);
  const relearned = given && "preferences" in given ? given : undefined;
  const learned = given && "table" in given ? given : undefined;
  const schedule = relearned && {
    every: updates("guidance.every", relearned.every ?? relearningDefaults.every),
    from: relearned.from && updates("guidance.from", relearned.from),
    until: updates("guidance.until", relearned.until ?? relearningDefaults.until),
  };
  const guidance = relearned
    ? sourceGuidance(policy, relearned, signal)
    : learned && (await givenGuidance(learned, references));
  const lengths = references.map(({ response }) => response.length);
  const bytes = references.reduce((sum, reference) => sum + policy.bytes(reference), 0);
  const kept =
    bytes <= maxBytes
      ? await policy.encode(references.map(plain), (done, total) => relearned?.onProgress?.("encoding", done, total))
      : undefined;

  let ordered: { epoch: number; updates: number[][] } | undefined;
  async function batches(step: number, stream: Rng): Promise<MicroBatch[]> {
    const epoch = Math.floor(step / perEpoch);
    if (ordered?.epoch !== epoch)
      ordered = { epoch, updates: epochOrder(lengths, batchSize, rng.split(`epoch ${epoch}`)) };
    const indices = ordered.updates[step % perEpoch];
    const encoded = kept ?? (await policy.encode(indices.map(index => plain(references[index]))));
    const inEncoded = kept ? indices : [...indices.keys()];
    const samples = sampler ? await drawnSamples(indices, stream.split("samples")) : undefined;
    const rewarded = (encoded: EncodedExamples, rows: readonly number[]) => {
      const forced = policy.teacherForce(encoded, rows);
      return { ...forced, reward_BT: guidance ? guidance.rewards(encoded, rows) : forced.mask_BT };
    };
    return chunks([...indices.keys()], microBatchSize).map(rows => {
      const chosen = rows.map(row => inEncoded[row]);
      return {
        counts: { references: countsOf(encoded, chosen), samples: samples && countsOf(samples, rows) },
        source: rows.map(row => indices[row]),
        batches() {
          const batch = rewarded(encoded, chosen);
          const rngs = rows.map(row => stream.split(`pay ${indices[row]}`));
          if (relearned?.transform)
            batch.reward_BT = transformed(relearned.transform, encoded, chosen, batch.reward_BT, rngs);
          return { references: batch, samples: samples && rewarded(samples, rows) };
        },
      };
    });
  }

  /** A sample for the prompt of each of these references. */
  async function drawnSamples(indices: readonly number[], stream: Rng): Promise<EncodedExamples> {
    const prompts = indices.map(index => references[index].prompt);
    const written = await sampled(policy, prompts, 1, sampling!, stream, { signal });
    const examples = written.map(({ response }, n) => ({
      prompt: prompts[n],
      response: response as readonly number[],
    }));
    await guidance?.prepare?.(examples);
    return policy.encode(examples);
  }

  try {
    return yield* trainingLoop("trainWithReferences", {
      variables,
      batches,
      objectives,
      learningRate,
      weightDecay,
      clipNorm,
      rng,
      steps: updates("epochs", epochs),
      checkpoint,
      resume,
      signal,
      settings: {
        batchSize,
        sampling,
        references: digestOf(references.map(({ response }) => response)),
        guidance: relearned ? { ...relearned, preferences: described(relearned) } : learned && "learned before",
      },
      validate: validate && { ...validate, every: updates("validate.every", validate.every) },
      relearn: schedule && { ...schedule, learn: guidance!.learn },
      parts: guidance && { guidance: guidance.part },
    });
  } finally {
    guidance?.dispose();
  }
}

/** Tokens and sequences of these examples. */
function countsOf({ examples }: EncodedExamples, rows: readonly number[]): Counts {
  const lengths = rows.map(row => examples[row].response.length);
  return { tokens: lengths.reduce((a, b) => a + b, 0), sequences: lengths.filter(length => length > 0).length };
}

const described = ({ preferences: { name, settings } }: GuidanceTraining) => ({ name, ...settings });

/** An example whose prompt and response are there, whatever makes them. */
const plain = ({ prompt, response }: Example): Example => ({ prompt, response });
