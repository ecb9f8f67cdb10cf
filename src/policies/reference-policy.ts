// The LM that training compares with: KL terms, reference logits, likelihood under it.

import { type Check, made } from "../core/options";
import type { CausalLm } from "../models/causal/forward";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { causalFullPolicy } from "./causal-full";
import type { ResponsePolicy } from "./response-policy";
import { seq2seqFullPolicy } from "./seq2seq-full";

/** A frozen LM, decoder-only or encoder–decoder. */
export type ReferenceLm = CausalLm | Seq2SeqLm;

/** What a reference is asked for. */
export type Reference = Pick<ResponsePolicy, "teacherForce">;

export const referenceCheck: Check = made("a frozen LM, such as frozenCopy(lm)", "weights", "config");

/**
 * A frozen LM as a policy, for its logits of response tokens; of encoded examples it needs no states, only the
 * examples. Errors: something of it trains.
 */
export const referencePolicy = (lm: ReferenceLm): ResponsePolicy =>
  "family" in lm ? causalFullPolicy(lm, { frozen: lm }) : seq2seqFullPolicy(lm, { frozen: lm });

/** A policy that may know the LM that it began as, as one of `trainablePolicy` does. */
export type Referring = { referencePolicy?: Reference; reference?: ReferenceLm };

/** The reference that was given, else the policy's own. */
export const referenceOf = (policy: Referring, reference?: ReferenceLm): Reference | undefined =>
  reference ? referencePolicy(reference) : policy.referencePolicy;
