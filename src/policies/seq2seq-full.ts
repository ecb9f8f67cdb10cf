// An encoder–decoder LM that trains to answer contexts, with any of its parameters.

import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../models/seq2seq/forward";
import { padRight } from "../text/batches";
import { type RereadingOptions, rereadingPolicy } from "./full-policy";
import type { ResponsePolicy } from "./response-policy";

/** The policy; features are the decoder's states. Errors: a reader that trains. */
export const seq2seqResponsePolicy = (model: Seq2SeqLm, options: RereadingOptions<Seq2SeqLm>): ResponsePolicy =>
  rereadingPolicy(model, options, {
    width: model.config.width,
    states(model, answers, fed) {
      const source = encodeSource(model, padRight(answers.map(({ context }) => context)));
      return decodeTarget(model, source, padRight(answers.map(answer => [model.startToken!, ...fed(answer)])));
    },
    logits: seq2seqLogits,
  });
