import type { CausalLm } from "../models/causal/forward";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { causalFullPolicy } from "./causal-full";
import type { ResponsePolicy } from "./response-policy";
import { seq2seqFullPolicy } from "./seq2seq-full";

/** A frozen LM as a policy, for its logits of response tokens. Errors: something of it trains. */
export const referencePolicy = (lm: CausalLm | Seq2SeqLm): ResponsePolicy =>
  "family" in lm ? causalFullPolicy(lm, { frozen: lm }) : seq2seqFullPolicy(lm, { frozen: lm });
