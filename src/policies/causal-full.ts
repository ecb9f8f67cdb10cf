// A decoder-only LM that trains to answer contexts, with any of its parameters. (`causalResponsePolicy` costs less where only upper layers train.)

import * as tf from "@tensorflow/tfjs-core";
import { lookUp } from "../core/gradients";
import { type CausalLm, forward, logits } from "../models/causal/forward";
import { padRight } from "../text/batches";
import { type RereadingOptions, rereadingPolicy } from "./full-policy";
import type { ResponsePolicy } from "./response-policy";

/** The policy; features are states after the final norm. Errors: a reader that trains; later, an answer longer than the LM's context. */
export const causalWholePolicy = (model: CausalLm, options: RereadingOptions<CausalLm>): ResponsePolicy =>
  rereadingPolicy(model, options, {
    width: model.config.width,
    states(model, answers, fed) {
      const responses = answers.map(fed);
      const { last } = forward(model, padRight(answers.map(({ context }, b) => [...context, ...responses[b]])));
      const [B, N, D] = last.shape;
      const T = 1 + Math.max(...responses.map(({ length }) => length));
      // A row's states begin at its context's last token; behind its end stand any, as padding.
      const places = answers.flatMap(({ context }, b) =>
        Array.from({ length: T }, (_, t) => b * N + Math.min(context.length - 1 + t, N - 1)),
      );
      const states_ND = lookUp(tf.reshape(last, [B * N, D]) as tf.Tensor2D, tf.tensor1d(places, "int32"));
      return tf.reshape(states_ND, [B, T, D]) as tf.Tensor3D;
    },
    logits,
  });
