// LM training on given preferences: tables of lists, as they are or cut into pairs.

import { totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../core/errors";
import { unrecorded } from "../../core/gradients";
import { checkOptions } from "../../core/options";
import { warn } from "../../core/warn";
import type { Objective, OptionalField } from "../../objectives/objective";
import { encodeExamples } from "../../policies/encode-examples";
import { referenceOf } from "../../policies/reference-policy";
import type { EncodedExamples } from "../../policies/response-policy";
import { chunks } from "../../text/batches";
import { epochOrder, updatesOf, updatesPerEpoch } from "../epochs";
import { checkFields } from "../fields";
import { trainingLoop } from "../loop";
import type { MicroBatch } from "../optimizer-step";
import type { PolicyRow, PolicyTrained } from "../policy-training";
import { givenGuidance } from "../reference-guidance";
import { countsAt, measuredPairs, rowsAt } from "./batch";
import { type ListTraining, listTrainingChecks } from "./options";
import { heldExamples, meanLogRatio } from "./reference";
import { checkMargins, digestOf, listRows, otherPrompts, pairsOf, tieOrder, trainingLists } from "./rows";

export type { ListTraining } from "./options";

const ofReferences: OptionalField[] = ["reward_BT", "referenceLogProbability_BT", "referenceLogits_BTV"];
const ofLists: OptionalField[] = [...ofReferences, "listSize", "margin_B", "desirable_B", "referencePoint"];

/**
 * Trains the policy's variables on lists of responses, epoch by epoch: lists of like lengths stand together, in a new
 * order each epoch. A response of a list is run once in an update, in however many pairs it stands.
 *
 * Objectives are given: `margin_B` from the table's column `margin`, else from differences of `score`; `desirable_B`, 1
 * for responses of rank 1; the reference's numbers; and `referencePoint`, for which the responses of an update are read
 * after the prompts of others. Rows, checkpoints, resuming and keep-best are those of `trainPolicy`, with `margin` and
 * `accuracy` of all pairs of an update (docs/logged-metrics.md).
 *
 * Errors: those of `trainPolicy` and `encodeExample`; before anything is computed, an objective that this trainer
 * cannot feed, or none on lists; no variables; no reference where one is needed; lists that are all tied; an unknown
 * margin or a single prompt, where an objective needs more; a share of an epoch that is less than an update.
 */
export async function* trainWithLists(options: ListTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  checkOptions("trainWithLists", options, listTrainingChecks);
  const { policy, objectives, guidance: learned, epochs, batchSize, validate, rng, signal, onProgress } = options;
  const { microBatchSize = batchSize, maxBytes = totalmem() / 4, variables = policy.variables } = options;
  const { learningRate, weightDecay, clipNorm, checkpoint, resume } = options;
  const reference = referenceOf(policy, options.reference);
  checkFields("trainWithLists", objectives, { lists: ofLists, references: ofReferences });
  if (!objectives.some(({ on }) => on === "lists"))
    fail("trainWithLists", "no objective learns from lists", "Add one, such as dpo(), or use trainWithReferences.");
  if (!variables)
    fail("trainWithLists", "there are no variables", "Make the policy by trainablePolicy, or give variables.");
  const asked = new Set(objectives.flatMap(({ needs = [] }) => needs));
  const needsLogits = asked.has("referenceLogits_BTV");
  const needsReference = needsLogits || asked.has("referenceLogProbability_BT") || asked.has("referencePoint");
  if (needsReference && !reference)
    fail("trainWithLists", "there is no reference", "Make the policy by trainablePolicy, or give reference.");
  const { lists, candidates, tied } = trainingLists("trainWithLists", options.lists);
  const form = options.pairs ?? (objectives.some(({ pairs }) => pairs) ? "best" : undefined);
  const examples = encodeExamples(policy, candidates);
  const lengths = examples.map(({ response }) => response.length);
  const others = asked.has("referencePoint")
    ? otherPrompts(
        "trainWithLists",
        examples.map(({ prompt }) => prompt),
      )
    : [];
  const tuplesOf = (list: number, epoch: number) =>
    form
      ? pairsOf(lists[list].ranks, form)
      : [tieOrder(lists[list].ranks, rng.split(`ties ${epoch}`).split(`list ${list}`))];
  if (asked.has("margin_B")) checkMargins("trainWithLists", lists, list => tuplesOf(list, 0));
  const perEpoch = updatesPerEpoch(lists.length, batchSize);
  const updates = (name: string, epochs: number) => updatesOf("trainWithLists", name, epochs, perEpoch);
  const steps = updates("epochs", epochs);
  const validation = validate && { ...validate, every: updates("validate.every", validate.every) };
  if (tied > 0) warn("trainWithLists", `${tied} of ${tied + lists.length} lists are tied`, "They are left out.");

  const guidance = learned && (await givenGuidance(learned, examples));
  const held = await heldExamples(policy, examples, {
    reference,
    maxBytes,
    signal,
    onProgress,
    withReference: needsReference && !needsLogits,
  });
  const longest = lists.map(({ candidates }) => Math.max(...candidates.map(n => lengths[n])));
  const beta = implicitBeta(objectives);
  const hasOnReferences = objectives.some(({ on }) => on === "references");

  let ordered: { epoch: number; updates: number[][] } | undefined;
  async function batches(step: number): Promise<MicroBatch[]> {
    const epoch = Math.floor(step / perEpoch);
    if (ordered?.epoch !== epoch)
      ordered = { epoch, updates: epochOrder(longest, batchSize, rng.split(`epoch ${epoch}`)) };
    const indices = ordered.updates[step % perEpoch];
    const used = [...new Set(indices.flatMap(list => lists[list].candidates))];
    const rowOf = new Map(used.map((n, row) => [n, row]));
    const { encoded, rows } = await held.encoded(used);
    const mismatched = used.map(n => ({ prompt: others[n], response: examples[n].response }));
    const referencePoint = others.length > 0 ? await meanLogRatio(policy, reference!, mismatched) : undefined;
    return chunks(indices, microBatchSize).map((part): MicroBatch => {
      const laid = listRows(
        part.map(list => lists[list]),
        (_, i) => tuplesOf(part[i], epoch),
      );
      const chosen = laid.candidates.map(n => rows[rowOf.get(n)!]);
      const own = laid.candidates.map(n => lengths[n]);
      return {
        counts: {
          lists: countsAt(own, laid.places, laid.listSize),
          references: hasOnReferences ? countsAt(own, laid.bestPlaces) : undefined,
        },
        weight: laid.pairs.length, // of what is measured; losses go by the counts
        source: part,
        batches() {
          const pass = passOf(encoded, chosen, laid.candidates);
          const numbers = { margin_B: tf.tensor1d(laid.margins), desirable_B: tf.tensor1d(laid.best) };
          return {
            lists: { ...rowsAt(pass, laid.places), ...numbers, referencePoint, listSize: laid.listSize },
            references: hasOnReferences ? rowsAt(pass, laid.bestPlaces) : undefined,
          };
        },
        measure: ({ lists }) => measuredPairs(lists!, laid.pairs, beta),
      };
    });
  }

  /** One pass over responses, with what objectives ask for beside it. */
  function passOf(encoded: EncodedExamples, rows: readonly number[], candidates: readonly number[]) {
    const forced = policy.teacherForce(encoded, rows);
    return {
      ...forced,
      reward_BT: guidance ? guidance.rewards(encoded, rows) : forced.mask_BT,
      referenceLogits_BTV: needsLogits
        ? unrecorded(() => reference!.teacherForce(encoded, rows).logits_BTV)
        : undefined,
      referenceLogProbability_BT: held.referenceLogProbability?.(encoded, rows, candidates),
    };
  }

  try {
    return yield* trainingLoop("trainWithLists", {
      variables,
      batches,
      objectives,
      learningRate,
      weightDecay,
      clipNorm,
      rng,
      steps,
      checkpoint,
      resume,
      signal,
      settings: {
        batchSize,
        pairs: form,
        lists: digestOf(lists, examples, asked.has("margin_B")),
        guidance: learned && "learned before",
      },
      validate: validation,
    });
  } finally {
    guidance?.dispose();
  }
}

/** β of the implicit rewards that are logged: that of the first objective with a reference and a β. */
function implicitBeta(objectives: readonly Objective[]): number {
  const betas = objectives
    .filter(({ needs = [] }) => needs.some(field => field.startsWith("reference")))
    .map(objective => (objective as { beta?: unknown }).beta);
  return betas.find((beta): beta is number => typeof beta === "number") ?? 0.1;
}
