// A decoder-only LM that trains to answer contexts, with any of its parameters. (`upperLayersPolicy` costs less where only upper layers train.)

import * as tf from "@tensorflow/tfjs-core";
import { lookUp } from "../core/gradients";
import { type CausalLm, causalForward, causalLogits } from "../models/causal/forward";
import { padRight } from "../text/batches";
import { type FullPolicyOptions, fullPolicy } from "./full-policy";
import type { ResponsePolicy } from "./response-policy";

/** The policy; features are states after the final norm. Errors: a reader that trains; later, an answer longer than the LM's context. */
export const causalFullPolicy = (model: CausalLm, options: FullPolicyOptions<CausalLm>): ResponsePolicy =>
  fullPolicy(model, options, {
    width: model.config.width,
    states(model, examples, fed) {
      const responses = examples.map(fed);
      const { last } = causalForward(model, padRight(examples.map(({ prompt }, b) => [...prompt, ...responses[b]])));
      const [B, N, D] = last.shape;
      const T = 1 + Math.max(...responses.map(({ length }) => length));
      // A row's states begin at its context's last token; behind its end stand any, as padding.
      const places = examples.flatMap(({ prompt }, b) =>
        Array.from({ length: T }, (_, t) => b * N + Math.min(prompt.length - 1 + t, N - 1)),
      );
      const states_ND = lookUp(tf.reshape(last, [B * N, D]) as tf.Tensor2D, tf.tensor1d(places, "int32"));
      return tf.reshape(states_ND, [B, T, D]) as tf.Tensor3D;
    },
    logits: causalLogits,
  });
