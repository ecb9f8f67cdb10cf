// The Llama family: grouped-query attention, rotary positions, RMSNorm, SwiGLU, tied or untied head.
// Source: Touvron et al. 2023, arXiv:2302.13971 and 2307.09288.

import * as tf from "@tensorflow/tfjs-core";
import { gated } from "../../backend/gated";
import { fail } from "../../core/errors";
import type { Checkpoint } from "../../weights/checkpoint";
import { isUntied } from "../../weights/tied";
import { configReader } from "../config";
import { project, rowsOf } from "../model";
import { rmsNorm } from "../parts/layers";
import { type Rope, ropeFrequencies, rotate, rotation } from "../parts/rotary";
import type { CausalArchitecture, CausalConfig, CausalFamily } from "./family";

export interface LlamaConfig extends CausalConfig {
  feedForward: number;
  rope: Rope;
  normEpsilon: number;
  tied: boolean;
  attentionBias: boolean;
  feedForwardBias: boolean;
}

/**
 * Reads the content of a Llama's config.json, as Transformers 4 or 5 spell it. Errors: an entry that is missing or not
 * supported.
 */
function readConfig(config: Record<string, unknown>, where: string, tensors?: Checkpoint["tensors"]): LlamaConfig {
  const { positive, flag, choice, tokens } = configReader(config, where);
  choice("hidden_act", ["silu"], "silu");
  const [width, heads] = [positive("hidden_size"), positive("num_attention_heads")];
  const keyValueHeads = positive("num_key_value_heads", heads);
  const headWidth = positive("head_dim", width / heads);
  if (!Number.isInteger(heads / keyValueHeads) || headWidth % 2 !== 0)
    fail(
      where,
      `its configuration has ${heads} heads of width ${headWidth} on ${keyValueHeads} key/value heads`,
      "Heads must divide evenly among key/value heads and have an even width.",
    );
  return {
    layers: positive("num_hidden_layers"),
    width,
    heads,
    keyValueHeads,
    headWidth,
    feedForward: positive("intermediate_size"),
    vocabularySize: positive("vocab_size"),
    contextLength: positive("max_position_embeddings"),
    rope: readRope(config, where),
    normEpsilon: positive("rms_norm_eps"),
    tied:
      flag("tie_word_embeddings", false) &&
      !(tensors && isUntied(tensors, "lm_head.weight", "model.embed_tokens.weight")),
    attentionBias: flag("attention_bias", false),
    feedForwardBias: flag("mlp_bias", false),
    endTokens: tokens("eos_token_id"),
  };
}

/** From `rope_theta` and `rope_scaling` among the other entries, or both within `rope_parameters`. */
function readRope(config: Record<string, unknown>, where: string): Rope {
  const inner = (config.rope_parameters ?? config.rope_scaling ?? {}) as Record<string, unknown>;
  const { positive, choice } = configReader({ ...config, ...inner }, where);
  const base = positive("rope_theta", 10000);
  const type = choice(["rope_type", "type"], ["default", "linear", "llama3"], "default");
  if (type === "default") return { base };
  const factor = positive("factor");
  if (type === "linear") return { base, scaling: { type, factor } };
  return {
    base,
    scaling: {
      type,
      factor,
      lowFrequency: positive("low_freq_factor"),
      highFrequency: positive("high_freq_factor"),
      trainedContext: positive("original_max_position_embeddings"),
    },
  };
}

/** Shapes of all parameters by their published names. */
function shapes(config: LlamaConfig): Record<string, number[]> {
  const { width: D, heads: H, keyValueHeads: J, headWidth: C, feedForward: F, vocabularySize: V } = config;
  const shapes: Record<string, number[]> = { "model.embed_tokens.weight": [V, D] };
  const linear = (name: string, out: number, ins: number, bias: boolean) => {
    shapes[`${name}.weight`] = [out, ins];
    if (bias) shapes[`${name}.bias`] = [out];
  };
  for (let i = 0; i < config.layers; i++) {
    const layer = `model.layers.${i}`;
    linear(`${layer}.self_attn.q_proj`, H * C, D, config.attentionBias);
    linear(`${layer}.self_attn.k_proj`, J * C, D, config.attentionBias);
    linear(`${layer}.self_attn.v_proj`, J * C, D, config.attentionBias);
    linear(`${layer}.self_attn.o_proj`, D, H * C, config.attentionBias);
    linear(`${layer}.mlp.gate_proj`, F, D, config.feedForwardBias);
    linear(`${layer}.mlp.up_proj`, F, D, config.feedForwardBias);
    linear(`${layer}.mlp.down_proj`, D, F, config.feedForwardBias);
    shapes[`${layer}.input_layernorm.weight`] = [D];
    shapes[`${layer}.post_attention_layernorm.weight`] = [D];
  }
  shapes["model.norm.weight"] = [D];
  if (!config.tied) shapes["lm_head.weight"] = [V, D];
  return shapes;
}

/**
 * The parameter that a tensor of a published file holds; undefined for the buffers and copies that some files contain.
 */
function parameterName(name: string, { tied }: LlamaConfig): string | undefined {
  if (name.endsWith("rotary_emb.inv_freq") || (tied && name === "lm_head.weight")) return undefined;
  return name.startsWith("model.") || name === "lm_head.weight" ? name : `model.${name}`;
}

function family(config: LlamaConfig): CausalFamily {
  const frequencies = ropeFrequencies(config.headWidth, config.rope);
  const embedding = "model.embed_tokens.weight";
  return {
    embedding,
    head: config.tied ? embedding : "lm_head.weight",
    begin(model, ids, positions) {
      const norm = (name: string, x_ND: tf.Tensor2D) =>
        rmsNorm(x_ND, model.weights[`${name}.weight`] as tf.Tensor1D, config.normEpsilon);
      const turn = rotation(positions, frequencies);
      return {
        states: rowsOf(model, embedding, ids),
        layer(i, x_ND, attend) {
          const layer = `model.layers.${i}`;
          const h_ND = norm(`${layer}.input_layernorm`, x_ND);
          const of = (part: string) => project(model, `${layer}.self_attn.${part}_proj`, h_ND);
          const mixed = attend(rotate(of("q"), turn), rotate(of("k"), turn), of("v"));
          const attended_ND: tf.Tensor2D = tf.add(x_ND, project(model, `${layer}.self_attn.o_proj`, mixed));
          const g_ND = norm(`${layer}.post_attention_layernorm`, attended_ND);
          const into = (part: string) => project(model, `${layer}.mlp.${part}_proj`, g_ND);
          const gated_NF = gated("silu", into("gate"), into("up"));
          return tf.add(attended_ND, project(model, `${layer}.mlp.down_proj`, gated_NF));
        },
      };
    },
    finalNorm: (model, x_ND) => rmsNorm(x_ND, model.weights["model.norm.weight"] as tf.Tensor1D, config.normEpsilon),
  };
}

export const llama: CausalArchitecture<LlamaConfig> = { readConfig, shapes, parameterName, family };
