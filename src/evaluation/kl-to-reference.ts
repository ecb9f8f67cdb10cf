// How far a policy is from the LM that it began as, on given responses.

import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { meanLogRatio } from "../core/log-ratio";
import { masked } from "../core/masks";
import { read } from "../core/tidy";
import { type ReferenceLm, referencePolicy } from "../policies/reference-policy";
import type { Example, ResponsePolicy, TeacherForced } from "../policies/response-policy";
import { bucketByTokens } from "../text/batches";

/** Of each response, summed over its tokens. */
export interface FromReference {
  /** Σ_t KL(π(·|s_t) ‖ ρ(·|s_t)), in nats. */
  kl: number[];
  /** −Σ_t log ρ(a_t|s_t), in nats. */
  nll: number[];
}

/**
 * Both LMs read the examples in passes of at most `batchTokens` tokens, padding included. Errors: a reference that
 * trains; two LMs of different vocabularies; those of the policy's `encode`.
 */
export async function klToReference(
  policy: ResponsePolicy,
  reference: ReferenceLm,
  examples: readonly Example[],
  { batchTokens, signal, onProgress }: FollowedPasses,
): Promise<FromReference> {
  const frozen = referencePolicy(reference);
  const [kl, nll]: [number[], number[]] = [[], []];
  const lengths = examples.map(({ prompt, response }) => prompt.length + response.length);
  let done = 0;
  for (const rows of bucketByTokens(lengths, batchTokens)) {
    signal?.throwIfAborted();
    const encoded = await policy.encode(rows.map(row => examples[row]));
    const all = [...rows.keys()];
    const own = policy.teacherForce(encoded, all);
    // Where a whole LM is run, nothing was encoded before: it needs the examples only.
    const forced = frozen.teacherForce({ examples: encoded.examples, states: [] }, all);
    const sums = read(() => sums_2B(own, forced));
    tf.dispose([own, forced] as unknown as tf.TensorContainer);
    for (const [b, row] of rows.entries()) [kl[row], nll[row]] = [sums[b], sums[rows.length + b]];
    onProgress?.((done += rows.length), examples.length);
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }
  return { kl, nll };
}

interface FollowedPasses {
  batchTokens: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

const sums_2B = ({ logits_BTV, ids_BT, mask_BT }: TeacherForced, reference: TeacherForced): tf.Tensor =>
  tf.stack(
    [meanLogRatio(logits_BTV, reference.logits_BTV), tokenNll(reference.logits_BTV, ids_BT)].map(x_BT =>
      tf.sum(masked(x_BT, mask_BT), 1),
    ),
  );
