// A decoder-only LM whose upper layers train to answer contexts. Everything below is frozen and computed once: keys and values of the contexts
// (`precomputePrompts`), and the states of responses where the training layers begin.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { tidy } from "../core/tidy";
import { decodingOnPrefix } from "../models/causal/decoding";
import { type CausalLm, causalLogits, disposeCache } from "../models/causal/forward";
import { trunk } from "../models/causal/trunk";
import { trainingNames } from "../models/trainable";
import { bucketByTokens, padRight } from "../text/batches";
import type { PromptStore } from "./context-store";
import { checkExamples, type Example, type ResponsePolicy, stacked } from "./response-policy";

export interface UpperLayersOptions {
  /** What the LM as it was before training has read of the contexts. */
  prompts: PromptStore;
  /** The lowest layer that trains; a reward model sees the states that go into it. */
  fromLayer: number;
  /** Response tokens read at a time, padding included. Default 2048. */
  batchTokens?: number;
}

/**
 * The policy. Make it after its parameters have become variables: of the layers from `from` on, of the final norm, of a head of its own, in whole
 * (`trainable`) or by `addLowRank`. A context is seen through the keys and values that the LM had before it trained, in training and in generation
 * alike; so a pass costs the response tokens in the training layers only.
 *
 * Errors: a layer that is not there; a parameter below `from` that trains.
 */
export function upperLayersPolicy(
  model: CausalLm,
  { prompts, fromLayer, batchTokens = 2048 }: UpperLayersOptions,
): ResponsePolicy {
  const { layers, width: D } = model.config;
  if (!(Number.isInteger(fromLayer) && fromLayer >= 1 && fromLayer < layers))
    fail(model.name, `from is ${fromLayer}`, `Give a layer from 1 to ${layers - 1}.`);
  const below = trainedBelow(model, fromLayer);
  if (below) fail(model.name, `${below} trains, below layer ${fromLayer}`, "Freeze it, or give a lower layer.");

  return {
    name: model.name,
    generator: {
      ...{ name: model.name, endTokens: model.endTokens },
      get tokenizer() {
        return model.tokenizer;
      },
      startDecoding: (inputs, options) =>
        decodingOnPrefix(
          model,
          prompts.prefix(inputs),
          inputs.map(input => input[input.length - 1]),
          options,
        ),
    },

    bytes: ({ response }) => 4 * D * (1 + response.length),

    async encode(examples, onProgress) {
      checkExamples(model.name, examples);
      const states: Float32Array[] = [];
      let done = 0;
      for (const groups of batchesOf(examples, batchTokens)) {
        const found = lowerStates(
          model,
          prompts,
          fromLayer,
          groups.map(group => group.map(place => examples[place])),
        );
        for (const [i, place] of groups.flat().entries()) states[place] = found[i];
        onProgress?.((done += groups.flat().length), examples.length);
        await new Promise(setImmediate); // a notebook's interrupt gets its turn
      }
      return { examples, states };
    },

    teacherForce(read, rows) {
      const examples = rows.map(row => read.examples[row]);
      const { ids, mask } = padRight(examples.map(({ response }) => response));
      const [B, T] = [rows.length, ids[0].length];
      return tidy(() => {
        // The state before the first response token is that of the context's last token.
        const inputs_ND = tf.reshape(stacked(read.states, rows, T, D), [B * T, D]) as tf.Tensor2D;
        const prefix = prompts.prefix(
          examples.map(({ prompt }) => prompt),
          { from: fromLayer },
        );
        const positions = prefix.lengths.map(length => Array.from({ length: T }, (_, t) => length + t));
        const { last } = trunk(model, {
          ids,
          positions,
          prompts: 1,
          prefix,
          from: { layer: fromLayer, states_ND: inputs_ND },
        });
        const [ids_BT, mask_BT] = [tf.tensor2d(ids, [B, T], "int32"), tf.tensor2d(mask, [B, T])];
        return { logits_BTV: causalLogits(model, last), ids_BT, mask_BT };
      });
    },

    features(read, rows) {
      const { mask } = padRight(rows.map(row => read.examples[row].response));
      const T = mask[0].length;
      return { features_BTD: stacked(read.states, rows, T, D, 1), mask_BT: tf.tensor2d(mask, [rows.length, T]) };
    },
  };
}

/**
 * States that go into layer `from` at the context's last token and at the tokens of its responses, [1 + length, D] for each, of contexts with
 * equally many responses.
 */
function lowerStates(
  model: CausalLm,
  store: PromptStore,
  from: number,
  groups: readonly (readonly Example[])[],
): Float32Array[] {
  const [B, G, D] = [groups.length, groups[0].length, model.config.width];
  const fed = groups.map(group => group.map(({ prompt, response }) => [prompt[prompt.length - 1], ...response]));
  const { ids } = padRight(fed.flat());
  const T = ids[0].length;
  const prefix = store.prefix(
    groups.map(([{ prompt }]) => prompt),
    { until: from },
  );
  try {
    const positions = prefix.lengths.map(length => Array.from({ length: G * T }, (_, n) => length + (n % T)));
    const rows = Array.from({ length: B }, (_, b) => ids.slice(b * G, (b + 1) * G).flat());
    const { last } = trunk(model, { ids: rows, positions, prompts: G, prefix, until: from });
    const states = last.dataSync() as Float32Array;
    last.dispose();
    return fed.flat().map(({ length }, n) => states.slice(n * T * D, (n * T + length) * D));
  } finally {
    disposeCache(prefix);
  }
}

/** Places of examples, those to one context together, in passes of contexts with equally many examples of like lengths. */
function batchesOf(examples: readonly Example[], batchTokens: number): number[][][] {
  const byContext = new Map<string, number[]>();
  for (const [place, { prompt }] of examples.entries()) {
    const key = prompt.join();
    byContext.set(key, [...(byContext.get(key) ?? []), place]);
  }
  const groups = [...byContext.values()];
  const sizes = [...new Set(groups.map(({ length }) => length))];
  return sizes.flatMap(size => {
    const equal = groups.filter(({ length }) => length === size);
    const longest = equal.map(group => size * (1 + Math.max(...group.map(place => examples[place].response.length))));
    return bucketByTokens(longest, batchTokens).map(batch => batch.map(i => equal[i]));
  });
}

/** A parameter that trains, and that states below the layer depend on. */
function trainedBelow(model: CausalLm, from: number): string | undefined {
  const { weights, family } = model;
  const above = (name: string) => {
    const layer = name.match(/\.(\d+)\./)?.[1];
    if (layer !== undefined) return Number(layer) >= from;
    return /norm|ln_f/.test(name) || (name === family.head && weights[name] !== weights[family.embedding]);
  };
  return trainingNames(model).find(name => !above(name));
}
