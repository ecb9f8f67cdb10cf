// An encoder–decoder LM as a policy of which any parameter may train.

import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../models/seq2seq/forward";
import { padRight } from "../text/batches";
import { type FullPolicyOptions, fullPolicy } from "./full-policy";
import type { ResponsePolicy } from "./response-policy";

/**
 * A policy whose encoder runs over the prompt and whose decoder runs over the response, in every pass. Features are the
 * reader's decoder states after the final norm at the response tokens, [T, D].
 *
 * Errors: an option out of its range; a `frozen` LM that trains.
 */
export const seq2seqFullPolicy = (model: Seq2SeqLm, options: FullPolicyOptions<Seq2SeqLm>): ResponsePolicy =>
  fullPolicy("seq2seqFullPolicy", model, options, {
    width: model.config.width,
    states(model, examples, responseOf) {
      const source = encodeSource(model, padRight(examples.map(({ prompt }) => prompt)));
      return decodeTarget(
        model,
        source,
        padRight(examples.map(example => [model.startToken!, ...responseOf(example)])),
      );
    },
    logits: seq2seqLogits,
  });
