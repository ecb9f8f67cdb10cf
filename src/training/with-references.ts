// LM training with supervised data: references weighted by token rewards, which are learned from the order of the policy's own samples.
// (Yang et al. 2023, Section 2.2 and Algorithm 1.)

import { createHash } from "node:crypto";
import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import type { ParameterGroup } from "../backend/adamw";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import type { Schedule } from "../core/schedule";
import { needWhole } from "../core/whole";
import type { Objective } from "../objectives/objective";
import type { EncodedExamples, Example, ResponsePolicy } from "../policies/response-policy";
import { chunks } from "../text/batches";
import type { Interruptible } from "./recorder";
import type { RewardTransform } from "./reward-controls";
import { fromSamplesDefaults, type GuidanceFromSamples, sampleGuidance } from "./sample-guidance";
import { type MicroBatch, type PolicyRow, type PolicyTrained, type PolicyTraining, trainPolicy } from "./train-policy";

export interface ReferenceTraining extends Interruptible {
  policy: ResponsePolicy;
  variables: readonly tf.Variable[] | readonly ParameterGroup[];
  /** References as answers to their contexts; each ends with an end token. Contexts may be made when they are asked for, which is once an update. */
  references: readonly Example[];
  /** `weightedMle` and others on references, and any on samples, of which an update draws one for each of its contexts. */
  objectives: readonly Objective[];
  /** Without it every token is paid 1. */
  guidance?: GuidanceFromSamples;
  /** May be a fraction: the nearest whole number of updates. */
  epochs: number;
  /** References in an update, and of these in a pass. Default of `microBatchSize`: all. */
  batchSize: number;
  microBatchSize?: number;
  /**
   * Bytes for what the policy keeps of references. If all of them fit, they are read once, before the first update; else each update reads its own anew,
   * with the same numbers up to rounding. Default: a quarter of the machine's memory.
   */
  maxBytes?: number;
  learningRate: number | Schedule;
  weightDecay?: number;
  clipNorm?: number;
  /** See `trainPolicy`; `every` counts epochs. */
  validate?: PolicyTraining["validate"];
  rng: Rng;
}

/**
 * Trains the policy's variables on references, epoch by epoch: references of like lengths stand together, in a new order each epoch. Rows,
 * checkpoints, resuming and keep-best are those of `trainPolicy`; the phase "guidance" logs the listwise loss, how the guidance orders held-out
 * samples, and the samples' mean score and length.
 *
 * Errors: those of `trainPolicy`, `generate` and `learnGuidance`; an objective on samples without a guidance; a share of an epoch that is
 * less than an update.
 */
export async function* trainWithReferences(options: ReferenceTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  const {
    policy,
    references,
    objectives,
    guidance: from,
    epochs,
    batchSize,
    microBatchSize = batchSize,
    validate,
    rng,
  } = options;
  const { maxBytes = totalmem() / 4 } = options;
  const { variables, learningRate, weightDecay, clipNorm, checkpoint, resume, signal } = options;
  const onSamples = objectives.find(({ on }) => on === "samples");
  if (onSamples && !from)
    fail(
      "trainWithReferences",
      `${onSamples.name} learns from samples`,
      "Give a guidance, which says how to draw them.",
    );
  needWhole("trainWithReferences", { batchSize, microBatchSize, "references.length": references.length });
  const perEpoch = updatesPerEpoch(references.length, batchSize);
  const updates = (name: string, epochs: number) =>
    Math.round(epochs * perEpoch) ||
    fail("trainWithReferences", `${name} is ${epochs} epochs of ${perEpoch} updates`, "Give one update at least.");
  const guidance = from && sampleGuidance(policy, references, from, signal);
  const lengths = references.map(({ response }) => response.length);
  const bytes = references.reduce((sum, reference) => sum + policy.bytes(reference), 0);
  const kept =
    bytes <= maxBytes
      ? await policy.encode(references.map(plain), (done, total) => from?.onProgress?.("reading", done, total))
      : undefined;

  let ordered: { epoch: number; updates: number[][] } | undefined;
  async function batches(step: number, stream: Rng): Promise<MicroBatch[]> {
    const epoch = Math.floor(step / perEpoch);
    if (ordered?.epoch !== epoch)
      ordered = { epoch, updates: epochOrder(lengths, batchSize, rng.split(`epoch ${epoch}`)) };
    const places = ordered.updates[step % perEpoch];
    const read = kept ?? (await policy.encode(places.map(place => plain(references[place]))));
    const inRead = kept ? places : [...places.keys()];
    const drawn = onSamples && (await guidance!.draw(places, 1, stream.split("samples")));
    const samples = drawn && (await policy.encode(drawn.answers));
    const paid = (read: EncodedExamples, chosen: readonly number[]) => {
      const taught = policy.teacherForce(read, chosen);
      return { ...taught, reward_BT: guidance ? guidance.rewards(read, chosen) : taught.mask_BT };
    };
    return chunks([...places.keys()], microBatchSize).map(rows => {
      const chosen = rows.map(row => inRead[row]);
      return {
        weight: rows.length,
        source: rows.map(row => places[row]),
        batches() {
          const references = paid(read, chosen);
          const { reward_BT } = references;
          const rngs = rows.map(row => stream.split(`pay ${places[row]}`));
          if (from?.transform) references.reward_BT = changed(from.transform, read, chosen, reward_BT, rngs);
          return { references, samples: samples && paid(samples, rows) };
        },
      };
    });
  }

  try {
    return yield* trainPolicy({
      ...{ variables, batches, objectives, learningRate, weightDecay, clipNorm, rng },
      steps: updates("epochs", epochs),
      ...{ checkpoint, resume, signal },
      settings: { batchSize, references: digestOf(references), guidance: from && { ...from, score: from.score.name } },
      validate: validate && { ...validate, every: updates("validate.every", validate.every) },
      relearn: from && {
        every: updates("guidance.every", from.every ?? fromSamplesDefaults.every),
        from: from.from && updates("guidance.from", from.from),
        until: updates("guidance.until", from.until ?? fromSamplesDefaults.until),
        learn: guidance!.learn,
      },
      parts: guidance && { guidance: guidance.part },
    });
  } finally {
    guidance?.dispose();
  }
}

/** Tells references apart from others. */
const digestOf = (references: readonly Example[]): string => {
  const hash = createHash("sha256");
  for (const { response } of references) hash.update(`${response.join()};`);
  return hash.digest("hex");
};

/** An answer whose context and response are there, whatever makes them. */
const plain = ({ prompt, response }: Example): Example => ({ prompt, response });

/** Updates that an epoch of so many references takes. */
export const updatesPerEpoch = (references: number, rows: number): number => Math.ceil(references / rows);

/** An epoch's updates: references of like lengths together within stretches of sixteen updates, the updates in any order. */
function epochOrder(lengths: readonly number[], rows: number, rng: Rng): number[][] {
  const stretches = chunks(rng.shuffled(lengths.keys()), 16 * rows);
  const updates = stretches.flatMap(stretch =>
    chunks(
      stretch.sort((a, b) => lengths[a] - lengths[b]),
      rows,
    ),
  );
  return rng.shuffled(updates);
}

/** What `pay` makes of a batch's rewards, each row with a stream of its own. */
function changed(
  pay: RewardTransform,
  { examples }: EncodedExamples,
  places: readonly number[],
  reward_BT: tf.Tensor2D,
  rngs: readonly Rng[],
): tf.Tensor2D {
  const [B, T] = reward_BT.shape;
  const [rewards, out] = [reward_BT.dataSync(), new Float32Array(B * T)];
  for (const [b, place] of places.entries()) {
    const { response } = examples[place];
    out.set(pay(response, [...rewards.subarray(b * T, b * T + response.length)], rngs[b]), b * T);
  }
  return tf.tensor2d(out, [B, T]);
}
