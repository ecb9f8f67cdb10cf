// Hidden states of a frozen LM, cached by prefix: policy updates ask for the same few thousand prefixes again and
// again.

import * as tf from "@tensorflow/tfjs-core";
import { type CausalLm, causalPromptStates, causalStates, disposeCache } from "../models/causal/forward";
import { bucketByTokens } from "../text/batches";

/** States after a fixed context. All arrays hold D numbers and must not be changed. */
export interface FrozenStates {
  /** D. */
  width: number;
  /** The last hidden state after context + prefix, for each prefix of any length; [] stands for the context alone. */
  after(prefixes: readonly (readonly number[])[]): Float32Array[];
  /** The normed input of the captured layer at the last token of each prefix, which has at least one. */
  capturedAt(prefixes: readonly (readonly number[])[]): Float32Array[];
  /**
   * What is cached, by the prefix's ids joined with commas. It may be filled from an earlier run with the same model,
   * context and layer.
   */
  remembered: Record<"last" | "captured", Map<string, Float32Array>>;
  /** How many prefixes were asked for, and how many of them had to be computed. */
  usage(): { asked: number; computed: number };
  /** Frees the context's keys and values. */
  dispose(): void;
}

const prefixesPerPass = 128;

/**
 * States of `model` after a context, last ones and those that go into layer `captureLayer`. The model stays the
 * caller's. Memory: about 2 · D floats for each distinct prefix. Errors: an empty context; one longer than the LM's,
 * also when asked.
 */
export function frozenStates(model: CausalLm, context: readonly number[], captureLayer: number): FrozenStates {
  const { last, cache } = causalStates(model, [context]);
  const width = model.config.width;
  const remembered = {
    last: new Map<string, Float32Array>([["", (last.dataSync() as Float32Array).slice(-width)]]),
    captured: new Map<string, Float32Array>(),
  };
  last.dispose();
  let asked = 0;
  let computed = 0;

  function compute(prefixes: (readonly number[])[], stopAtCapture: boolean) {
    const T = prefixes[0].length;
    tf.tidy(() => {
      const hidden = causalPromptStates(model, cache, prefixes, { captureLayer, stopAtCapture });
      const lastToken = (x: tf.Tensor) =>
        tf.slice(tf.reshape(x, [prefixes.length, T, width]), [0, T - 1, 0], [-1, 1, -1]).dataSync() as Float32Array;
      for (const kind of stopAtCapture ? (["captured"] as const) : (["last", "captured"] as const)) {
        const rows = lastToken(hidden[kind]!);
        for (const [i, prefix] of prefixes.entries())
          remembered[kind].set(prefix.join(), rows.slice(i * width, (i + 1) * width));
      }
    });
  }

  function states(kind: "last" | "captured", prefixes: readonly (readonly number[])[]): Float32Array[] {
    const missing = new Map<string, readonly number[]>();
    for (const prefix of prefixes) if (!remembered[kind].has(prefix.join())) missing.set(prefix.join(), prefix);
    asked += prefixes.length;
    computed += missing.size;
    const todo = [...missing.values()];
    const lengths = todo.map(({ length }) => length);
    for (const indices of bucketByTokens(lengths, Infinity, { rows: prefixesPerPass, equal: true }))
      compute(
        indices.map(index => todo[index]),
        kind === "captured",
      );
    return prefixes.map(prefix => remembered[kind].get(prefix.join())!);
  }

  return {
    width,
    after: prefixes => states("last", prefixes),
    capturedAt: prefixes => states("captured", prefixes),
    remembered,
    usage: () => ({ asked, computed }),
    dispose: () => disposeCache(cache),
  };
}
