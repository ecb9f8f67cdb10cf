// The samples of an update as batches of its optimizer steps, with the fields that objectives name.

import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../../backend/token-nll";
import { unrecorded } from "../../core/gradients";
import type { Rng } from "../../core/random";
import type { OptionalField, TokenBatch } from "../../objectives/objective";
import type { Reference } from "../../policies/reference-policy";
import type { ResponsePolicy, TeacherForced } from "../../policies/response-policy";
import { paddedRows, tokensOf } from "../../policies/token-rows";
import type { ValueHead } from "../../policies/value-head";
import { chunks } from "../../text/batches";
import type { MicroBatch } from "../optimizer-step";
import type { CreditedSamples } from "./update";

export interface StepOptions {
  policy: ResponsePolicy;
  reference?: Reference;
  valueHead?: ValueHead;
  /** Fields that an objective needs. */
  fields: ReadonlySet<OptionalField>;
  /** Samples of a prompt. */
  samples: number;
  passes: number;
  minibatches: number;
  microBatchSize: number;
}

/**
 * The micro-batches of each optimizer step: the prompts, in a new order in each pass over them, in `minibatches` parts.
 * All samples of a prompt are in one part.
 */
export function sampleSteps(update: CreditedSamples, options: StepOptions, rng: Rng): MicroBatch[][] {
  const { samples: K, passes, minibatches, microBatchSize } = options;
  const prompts = update.encoded.examples.length / K;
  const size = Math.ceil(prompts / minibatches);
  return Array.from({ length: passes }, (_, pass) => {
    const order =
      minibatches > 1 ? rng.split(`pass ${pass}`).shuffled(Array(prompts).keys()) : [...Array(prompts).keys()];
    return chunks(order, size).map(part => {
      const rows = part.flatMap(prompt => Array.from({ length: K }, (_, k) => prompt * K + k));
      return chunks(rows, microBatchSize).map(rows => microBatch(update, options, rows));
    });
  }).flat();
}

function microBatch(update: CreditedSamples, options: StepOptions, rows: readonly number[]): MicroBatch {
  const { encoded, credit, behavior, reference, values, returns } = update;
  const { policy, fields, samples: K, valueHead } = options;
  const responses = rows.map(row => encoded.examples[row].response);
  const tokens = responses.reduce((sum, { length }) => sum + length, 0);
  const sequences = responses.filter(({ length }) => length > 0).length;
  return {
    counts: { samples: { tokens, sequences, lists: rows.length / K } },
    source: responses,
    batches() {
      const forced = policy.teacherForce(encoded, rows);
      const T = forced.ids_BT.shape[1];
      const padded = (of: readonly Float32Array[]) =>
        paddedRows(
          rows.map(row => of[row]),
          T,
        );
      const samples: TokenBatch = {
        ...forced,
        reward_BT: padded(credit),
        advantage_BT: padded(credit),
        ...(behavior && { behaviorLogProbability_BT: padded(behavior) }),
        ...(reference && { referenceLogProbability_BT: padded(reference) }),
        ...(values && { oldValue_BT: padded(values) }),
        ...(returns && { return_BT: padded(returns) }),
        ...(valueHead && { value_BT: valueHead.values(encoded, rows) }),
        ...(fields.has("listSize") && { listSize: K }),
      };
      if (!behavior && fields.has("behaviorLogProbability_BT"))
        samples.behaviorLogProbability_BT = ownBehavior(update, rows, forced);
      if (fields.has("referenceLogits_BTV"))
        samples.referenceLogits_BTV = unrecorded(() => options.reference!.teacherForce(encoded, rows).logits_BTV);
      return { samples };
    },
  };
}

/** In an update of one optimizer step the policy that it runs is still the one that sampled. */
function ownBehavior(update: CreditedSamples, rows: readonly number[], forced: TeacherForced): tf.Tensor2D {
  const own_BT = unrecorded(() => tf.neg(tokenNll(forced.logits_BTV, forced.ids_BT)));
  const lengths = rows.map(row => update.encoded.examples[row].response.length);
  for (const [b, own] of tokensOf(own_BT.dataSync(), lengths).entries()) update.ownBehavior[rows[b]] = own;
  return own_BT;
}
