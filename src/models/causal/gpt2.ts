// The GPT-2 family (GPT-2, DistilGPT-2): learned positions, LayerNorm before each block, one projection for queries,
// keys and values. Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../../core/errors";
import type { Checkpoint } from "../../weights/checkpoint";
import { isUntied } from "../../weights/tied";
import { configReader } from "../config";
import { project, rowsOf } from "../model";
import { type ActivationName, activation, activations } from "../parts/activations";
import { layerNorm } from "../parts/layers";
import type { CausalArchitecture, CausalConfig, CausalFamily } from "./family";

export interface Gpt2Config extends CausalConfig {
  feedForward: number;
  activation: ActivationName;
  normEpsilon: number;
  tied: boolean;
}

/** Reads the content of a GPT-2's config.json. Errors: an entry that is missing or not supported. */
function readConfig(config: Record<string, unknown>, where: string, tensors?: Checkpoint["tensors"]): Gpt2Config {
  const { positive, flag, choice, tokens } = configReader(config, where);
  if (
    !flag("scale_attn_weights", true) ||
    flag("scale_attn_by_inverse_layer_idx", false) ||
    flag("add_cross_attention", false)
  )
    fail(where, "its configuration asks for unscaled, layer-scaled or cross attention", "Use a plain GPT-2.");
  const [width, heads] = [positive(["n_embd", "hidden_size"]), positive(["n_head", "num_attention_heads"])];
  if (!Number.isInteger(width / heads))
    fail(
      where,
      `its configuration has width ${width} for ${heads} heads`,
      "The width must be a multiple of the heads.",
    );
  return {
    layers: positive(["n_layer", "num_hidden_layers"]),
    width,
    heads,
    keyValueHeads: heads,
    headWidth: width / heads,
    feedForward: positive("n_inner", 4 * width),
    vocabularySize: positive("vocab_size"),
    contextLength: positive(["n_positions", "max_position_embeddings", "n_ctx"]),
    activation: choice("activation_function", activations, "gelu_new"),
    normEpsilon: positive("layer_norm_epsilon", 1e-5),
    tied:
      flag("tie_word_embeddings", true) && !(tensors && isUntied(tensors, "lm_head.weight", "transformer.wte.weight")),
    endTokens: tokens("eos_token_id"),
  };
}

/** Shapes of all parameters by their published names; projections are [in, out]. */
function shapes(config: Gpt2Config): Record<string, number[]> {
  const { width: D, feedForward: F, vocabularySize: V } = config;
  const shapes: Record<string, number[]> = {
    "transformer.wte.weight": [V, D],
    "transformer.wpe.weight": [config.contextLength, D],
  };
  const withBias = (name: string, ...shape: number[]) => {
    shapes[`${name}.weight`] = shape;
    shapes[`${name}.bias`] = shape.slice(-1);
  };
  for (let i = 0; i < config.layers; i++) {
    const layer = `transformer.h.${i}`;
    withBias(`${layer}.ln_1`, D);
    withBias(`${layer}.attn.c_attn`, D, 3 * D);
    withBias(`${layer}.attn.c_proj`, D, D);
    withBias(`${layer}.ln_2`, D);
    withBias(`${layer}.mlp.c_fc`, D, F);
    withBias(`${layer}.mlp.c_proj`, F, D);
  }
  withBias("transformer.ln_f", D);
  if (!config.tied) shapes["lm_head.weight"] = [V, D];
  return shapes;
}

/**
 * The parameter that a tensor of a published file holds, named with or without prefix; undefined for masks and copies.
 */
function parameterName(name: string, { tied }: Gpt2Config): string | undefined {
  if (/\.attn\.(masked_)?bias$/.test(name) || (tied && name === "lm_head.weight")) return undefined;
  return name.startsWith("transformer.") || name === "lm_head.weight" ? name : `transformer.${name}`;
}

function family(config: Gpt2Config): CausalFamily {
  const embedding = "transformer.wte.weight";
  return {
    embedding,
    inputsFirst: true,
    head: config.tied ? embedding : "lm_head.weight",
    begin(model, ids, positions) {
      const { weights } = model;
      const norm = (name: string, x_ND: tf.Tensor2D) =>
        layerNorm(
          x_ND,
          weights[`${name}.weight`] as tf.Tensor1D,
          weights[`${name}.bias`] as tf.Tensor1D,
          config.normEpsilon,
        );
      return {
        states: tf.add(
          rowsOf(model, embedding, ids),
          rowsOf(model, "transformer.wpe.weight", positions.flat()),
        ) as tf.Tensor2D,
        layer(i, x_ND, attend) {
          const layer = `transformer.h.${i}`;
          const all = project(model, `${layer}.attn.c_attn`, norm(`${layer}.ln_1`, x_ND));
          const [queries, keys, values] = tf.split(all, 3, 1) as tf.Tensor2D[];
          const attended_ND: tf.Tensor2D = tf.add(
            x_ND,
            project(model, `${layer}.attn.c_proj`, attend(queries, keys, values)),
          );
          const inner_NF = project(model, `${layer}.mlp.c_fc`, norm(`${layer}.ln_2`, attended_ND));
          return tf.add(attended_ND, project(model, `${layer}.mlp.c_proj`, activation(config.activation, inner_NF)));
        },
      };
    },
    finalNorm: (model, x_ND) =>
      layerNorm(
        x_ND,
        model.weights["transformer.ln_f.weight"] as tf.Tensor1D,
        model.weights["transformer.ln_f.bias"] as tf.Tensor1D,
        config.normEpsilon,
      ),
  };
}

export const gpt2: CausalArchitecture<Gpt2Config> = { readConfig, shapes, parameterName, family };
