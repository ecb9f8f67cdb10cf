// Hidden states of a frozen LM, remembered by prefix: policy updates meet the same few thousand prefixes again and again.

import * as tf from "@tensorflow/tfjs-core";
import { type CausalLm, causalPromptStates, causalStates, disposeCache } from "../models/causal/forward";
import { bucketByTokens } from "../text/batches";

export interface FrozenStates {
  width: number;
  /** The last hidden state after context + prefix, one array of D for each prefix; prefixes of any lengths. */
  after(prefixes: readonly (readonly number[])[]): Float32Array[];
  /** The tapped layer's state at the last token of each prefix. */
  capturedAt(prefixes: readonly (readonly number[])[]): Float32Array[];
  /** What is remembered, by the ids of the prefix joined with commas. It may be filled in from an earlier run with the same model and context. */
  remembered: Record<"last" | "tapped", Map<string, Float32Array>>;
  /** Prefixes asked for, and how many of them had to be computed. */
  usage(): { asked: number; computed: number };
  dispose(): void;
}

const prefixesPerPass = 128;

/**
 * States of `model` after a fixed context, with `tapLayer`'s normed input beside the last hidden state. The model stays the
 * caller's. Memory: about 2 · D floats for each distinct prefix.
 */
export function frozenStates(model: CausalLm, context: readonly number[], tapLayer: number): FrozenStates {
  const { last, cache } = causalStates(model, [context]);
  const width = model.config.width;
  const remembered = {
    last: new Map<string, Float32Array>([["", (last.dataSync() as Float32Array).slice(-width)]]),
    tapped: new Map<string, Float32Array>(),
  };
  last.dispose();
  let asked = 0;
  let computed = 0;

  function compute(prefixes: (readonly number[])[], stopAtTap: boolean) {
    const T = prefixes[0].length;
    tf.tidy(() => {
      const hidden = causalPromptStates(model, cache, prefixes, { tap: tapLayer, stopAtTap });
      const lastToken = (x: tf.Tensor) =>
        tf.slice(tf.reshape(x, [prefixes.length, T, width]), [0, T - 1, 0], [-1, 1, -1]).dataSync() as Float32Array;
      for (const kind of stopAtTap ? (["tapped"] as const) : (["last", "tapped"] as const)) {
        const rows = lastToken(hidden[kind]!);
        for (const [i, prefix] of prefixes.entries())
          remembered[kind].set(prefix.join(), rows.slice(i * width, (i + 1) * width));
      }
    });
  }

  function states(kind: "last" | "tapped", prefixes: readonly (readonly number[])[]): Float32Array[] {
    const missing = new Map<string, readonly number[]>();
    for (const prefix of prefixes) if (!remembered[kind].has(prefix.join())) missing.set(prefix.join(), prefix);
    asked += prefixes.length;
    computed += missing.size;
    const todo = [...missing.values()];
    const lengths = todo.map(({ length }) => length);
    for (const group of bucketByTokens(lengths, Infinity, { rows: prefixesPerPass, equal: true }))
      compute(
        group.map(place => todo[place]),
        kind === "tapped",
      );
    return prefixes.map(prefix => remembered[kind].get(prefix.join())!);
  }

  return {
    width,
    after: prefixes => states("last", prefixes),
    capturedAt: prefixes => states("tapped", prefixes),
    remembered,
    usage: () => ({ asked, computed }),
    dispose: () => disposeCache(cache),
  };
}
