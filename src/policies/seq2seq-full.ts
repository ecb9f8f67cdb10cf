// An encoder–decoder LM that trains to answer contexts, with any of its parameters.

import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../models/seq2seq/forward";
import { padRight } from "../text/batches";
import { type FullPolicyOptions, fullPolicy } from "./full-policy";
import type { ResponsePolicy } from "./response-policy";

/** The policy; features are the decoder's states. Errors: a reader that trains. */
export const seq2seqFullPolicy = (model: Seq2SeqLm, options: FullPolicyOptions<Seq2SeqLm>): ResponsePolicy =>
  fullPolicy(model, options, {
    width: model.config.width,
    states(model, examples, fed) {
      const source = encodeSource(model, padRight(examples.map(({ prompt }) => prompt)));
      return decodeTarget(model, source, padRight(examples.map(example => [model.startToken!, ...fed(example)])));
    },
    logits: seq2seqLogits,
  });
