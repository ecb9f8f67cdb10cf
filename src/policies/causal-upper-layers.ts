// A decoder-only LM whose upper layers train. Everything below is frozen and computed once: the prompts' keys and
// values (`precomputePrompts`), and the states of responses that go into the lowest layer that trains.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, made, orInfinity, required } from "../core/options";
import { tidy } from "../core/tidy";
import { decodingOnPrefix } from "../models/causal/decoding";
import { type CausalLm, causalLogits, disposeCache } from "../models/causal/forward";
import { trunk } from "../models/causal/trunk";
import { trainingNames } from "../models/trainable";
import { bucketByTokens, padRight } from "../text/batches";
import type { PromptStore } from "./prompt-store";
import { checkExamples, type Example, encodedFeatures, type ResponsePolicy, stacked } from "./response-policy";

/** Options of `upperLayersPolicy`. */
export interface UpperLayersOptions {
  /** Keys and values of the prompts under the LM as it was before training: `precomputePrompts`. Stays the caller's. */
  prompts: PromptStore;
  /** The lowest layer that trains, 1 to layers − 1. Features of response tokens are the states that go into it. */
  fromLayer: number;
  /** Response tokens of a pass of `encode`, padding included: it bounds memory. Default 2048. */
  batchTokens?: number;
}

export const promptStoreCheck = made("a store of prompts from precomputePrompts", "prefix", "bytes");

const upperLayersChecks: Checks<UpperLayersOptions> = {
  prompts: required(promptStoreCheck),
  fromLayer: required(integer(1)),
  batchTokens: orInfinity(integer(1)),
};

/**
 * A policy that runs the training layers alone, over response tokens alone. Make it after its parameters have become
 * variables (`trainable`) or have low-rank updates (`addLowRank`): those of layers `fromLayer` and up, of the final
 * norm, of an untied head. Prompts are seen through the keys and values that the LM had before training, in training
 * and in generation. Features are the states that go into layer `fromLayer` at the response tokens, [T, D].
 *
 * Errors: an option out of its range; a layer that the LM does not have; a parameter that trains below `fromLayer`.
 */
export function upperLayersPolicy(model: CausalLm, options: UpperLayersOptions): ResponsePolicy {
  checkOptions("upperLayersPolicy", options, upperLayersChecks);
  const { prompts, fromLayer, batchTokens = 2048 } = options;
  const { layers, width: D } = model.config;
  if (fromLayer >= layers) fail(model.name, `fromLayer is ${fromLayer}`, `Give a layer from 1 to ${layers - 1}.`);
  const below = trainedBelow(model, fromLayer);
  if (below) fail(model.name, `${below} trains, below layer ${fromLayer}`, "Freeze it, or give a lower layer.");

  return {
    name: model.name,
    generator: {
      name: model.name,
      endTokens: model.endTokens,
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
        const grouped = groups.map(group => group.map(index => examples[index]));
        const found = lowerStates(model, prompts, fromLayer, grouped);
        for (const [i, index] of groups.flat().entries()) states[index] = found[i];
        onProgress?.((done += groups.flat().length), examples.length);
        await new Promise(setImmediate); // a notebook's interrupt gets its turn
      }
      return { examples, states };
    },

    teacherForce(encoded, rows) {
      const examples = rows.map(row => encoded.examples[row]);
      const { ids, mask } = padRight(examples.map(({ response }) => response));
      const [B, T] = [rows.length, ids[0].length];
      return tidy(() => {
        // The first state is that of the prompt's last token, which predicts the first response token.
        const own = rows.map(row => encoded.states[row]);
        const inputs_ND = tf.reshape(stacked(own, T, D), [B * T, D]) as tf.Tensor2D;
        const prefix = prompts.prefix(
          examples.map(({ prompt }) => prompt),
          { from: fromLayer },
        );
        const positions = prefix.lengths.map(length => Array.from({ length: T }, (_, t) => length + t));
        const from = { layer: fromLayer, states_ND: inputs_ND };
        const { last } = trunk(model, { ids, positions, prompts: 1, prefix, from });
        const [ids_BT, mask_BT] = [tf.tensor2d(ids, [B, T], "int32"), tf.tensor2d(mask, [B, T])];
        return { logits_BTV: causalLogits(model, last), ids_BT, mask_BT };
      });
    },

    features: (encoded, rows) => encodedFeatures(encoded, rows, D, 1),
    featuresBefore: (encoded, rows) => encodedFeatures(encoded, rows, D, 0),
  };
}

/**
 * The states that go into layer `from`, at the prompt's last token and at the response tokens: [1 + length, D] for each
 * example. Examples are grouped by prompt, equally many to each.
 */
function lowerStates(
  model: CausalLm,
  store: PromptStore,
  from: number,
  groups: readonly (readonly Example[])[],
): Float32Array[] {
  const [B, G, D] = [groups.length, groups[0].length, model.config.width];
  const sequences = groups.flatMap(group => group.map(({ prompt, response }) => [prompt.at(-1)!, ...response]));
  const { ids } = padRight(sequences);
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
    return sequences.map(({ length }, n) => states.slice(n * T * D, (n * T + length) * D));
  } finally {
    disposeCache(prefix);
  }
}

/** Indices of examples, grouped by prompt, in batches of groups of one size and of similar lengths. */
function batchesOf(examples: readonly Example[], batchTokens: number): number[][][] {
  const byPrompt = new Map<string, number[]>();
  for (const [index, { prompt }] of examples.entries()) {
    const key = prompt.join();
    byPrompt.set(key, [...(byPrompt.get(key) ?? []), index]);
  }
  const groups = [...byPrompt.values()];
  const sizes = [...new Set(groups.map(({ length }) => length))];
  return sizes.flatMap(size => {
    const equal = groups.filter(({ length }) => length === size);
    const tokens = equal.map(group => size * (1 + Math.max(...group.map(index => examples[index].response.length))));
    return bucketByTokens(tokens, batchTokens).map(batch => batch.map(i => equal[i]));
  });
}

/** A parameter that trains although the states that go into layer `from` depend on it. */
function trainedBelow(model: CausalLm, from: number): string | undefined {
  const { weights, family } = model;
  const isAbove = (name: string) => {
    const layer = name.match(/\.(\d+)\./)?.[1];
    if (layer !== undefined) return Number(layer) >= from;
    return /norm|ln_f/.test(name) || (name === family.head && weights[name] !== weights[family.embedding]);
  };
  return trainingNames(model).find(name => !isAbove(name));
}
