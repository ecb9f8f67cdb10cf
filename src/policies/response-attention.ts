// How much the last token of a response attends to its tokens, read from an LM's last layer.

import * as tf from "@tensorflow/tfjs-core";
import { read } from "../core/tidy";
import type { CausalLm } from "../models/causal/forward";
import { trunk } from "../models/causal/trunk";
import { chunks, padRight } from "../text/batches";
import type { Example } from "./response-policy";

/**
 * The attention of the last response token to each response token, in the last layer, averaged over heads and divided
 * by its sum over the response: one row for each example. Attention to the prompt is left out. `passSize` examples are
 * run at a time.
 */
export async function responseAttention(
  lm: CausalLm,
  examples: readonly Example[],
  passSize: number,
): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  for (const part of chunks(examples, passSize)) {
    const sequences = part.map(({ prompt, response }) => [...prompt, ...response]);
    const { ids } = padRight(sequences);
    const N = ids[0].length;
    const weights = read(() =>
      lastWeights(
        lm,
        ids,
        sequences.map(({ length }) => length),
      ),
    );
    for (const [b, { prompt, response }] of part.entries()) {
      const own = weights.slice(b * N + prompt.length, b * N + prompt.length + response.length);
      const sum = own.reduce((total, x) => total + x, 0);
      out.push(own.map(x => (sum > 0 ? x / sum : 1 / own.length)));
    }
    await new Promise(setImmediate); // a notebook's interrupt gets its turn
  }
  return out;
}

/** [B, N]: the last layer's attention from the last token of each row, the mean over heads. */
function lastWeights(lm: CausalLm, ids: number[][], lengths: readonly number[]): tf.Tensor2D {
  const { layers, heads: H, keyValueHeads: J, headWidth: C } = lm.config;
  const [B, N] = [ids.length, ids[0].length];
  const positions = ids.map(row => row.map((_, t) => t));
  const pass = { ids, positions, prompts: 1 };
  const states_BND = trunk(lm, { ...pass, until: layers - 1 }).last;
  const states_ND = tf.reshape(states_BND, [B * N, -1]) as tf.Tensor2D;
  let found: tf.Tensor2D | undefined;
  trunk(lm, {
    ...pass,
    from: { layer: layers - 1, states_ND },
    attend: () => (queries, keys) => {
      const last = tf.tensor1d(
        lengths.map((length, b) => b * N + length - 1),
        "int32",
      );
      // R query heads share a key/value head.
      const q_BJRC = tf.reshape(tf.gather(queries, last), [B, J, H / J, C]);
      const k_BJNC = tf.transpose(tf.reshape(keys, [B, N, J, C]), [0, 2, 1, 3]);
      const scores_BJRN = tf.mul(tf.matMul(q_BJRC, k_BJNC, false, true), 1 / Math.sqrt(C));
      const seen_B11N = tf.tensor4d(
        lengths.flatMap(length => Array.from({ length: N }, (_, t) => (t < length ? 0 : Number.NEGATIVE_INFINITY))),
        [B, 1, 1, N],
      );
      found = tf.keep(tf.mean(tf.softmax(tf.add(scores_BJRN, seen_B11N)), [1, 2]) as tf.Tensor2D);
      return queries;
    },
  });
  const weights = tf.clone(found!);
  found!.dispose();
  return weights;
}
