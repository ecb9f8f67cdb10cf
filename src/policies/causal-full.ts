// A decoder-only LM as a policy of which any parameter may train. Where only upper layers do, `upperLayersPolicy` costs
// less.

import * as tf from "@tensorflow/tfjs-core";
import { lookUp } from "../core/gradients";
import { type CausalLm, causalForward, causalLogits } from "../models/causal/forward";
import { padRight } from "../text/batches";
import { type FullPolicyOptions, fullPolicy } from "./full-policy";
import type { ResponsePolicy } from "./response-policy";

/**
 * A policy that runs the whole LM over prompt and response in every pass. Features are the states of `frozen` after the
 * final norm at the response tokens, [T, D].
 *
 * Errors: an option out of its range; a `frozen` LM that trains; later, prompt and response longer than the LM's
 * context.
 */
export const causalFullPolicy = (model: CausalLm, options: FullPolicyOptions<CausalLm>): ResponsePolicy =>
  fullPolicy("causalFullPolicy", model, options, {
    width: model.config.width,
    states(model, examples, responseOf) {
      const responses = examples.map(responseOf);
      const { last } = causalForward(model, padRight(examples.map(({ prompt }, b) => [...prompt, ...responses[b]])));
      const [B, N, D] = last.shape;
      const T = 1 + Math.max(...responses.map(({ length }) => length));
      // From each prompt's last token on. Behind the end of a row its last state is repeated: padding, which a mask
      // hides.
      const indices = examples.flatMap(({ prompt }, b) =>
        Array.from({ length: T }, (_, t) => b * N + Math.min(prompt.length - 1 + t, N - 1)),
      );
      const states_ND = lookUp(tf.reshape(last, [B * N, D]) as tf.Tensor2D, tf.tensor1d(indices, "int32"));
      return tf.reshape(states_ND, [B, T, D]) as tf.Tensor3D;
    },
    logits: causalLogits,
  });
