import * as tf from "@tensorflow/tfjs-core";
import { seeded } from "../src/core/random";
import type { CausalLm } from "../src/models/causal/forward";
import { type Gpt2Config, gpt2 } from "../src/models/causal/gpt2";
import { causalLm } from "../src/models/causal/load";
import { tokenizerFromGguf } from "../src/text/gguf-tokenizer";
import { tinyConfig, tinyTokenizer } from "./tiny-llama";

const config: Gpt2Config = { ...tinyConfig, keyValueHeads: 4, feedForward: 32, activation: "gelu_new" };

/** A random GPT-2 with the tiny Llama's vocabulary. Dispose after use. */
export function tinyGpt2(): CausalLm {
  const weights = Object.entries(gpt2.shapes(config)).map(([name, shape]) => {
    const rng = seeded(0).split(name);
    const gain = /ln_\w+\.weight$/.test(name) ? 1 : 0;
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => gain + 0.3 * rng.normal());
    return [name, tf.tensor(values, shape)] as const;
  });
  const tokenizer = tokenizerFromGguf(tinyTokenizer, "tiny");
  return causalLm("tiny GPT-2", config, gpt2.family(config), Object.fromEntries(weights), () => tokenizer);
}
