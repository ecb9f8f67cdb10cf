// T5 checkpoints: config.json, the parameters of a model, and their names in published files.

import { fail } from "../../core/errors";
import type { Checkpoint } from "../../weights/checkpoint";
import { isUntied } from "../../weights/tied";
import { configReader } from "../config";
import { type ActivationName, activations } from "../parts/activations";

/** The configuration of a T5. */
export interface Seq2SeqConfig {
  /** Layers of the encoder. */
  encoderLayers: number;
  /** Layers of the decoder. */
  decoderLayers: number;
  /** Of hidden states, D. */
  width: number;
  /** H. */
  heads: number;
  /** C; H·C need not be D. */
  headWidth: number;
  /** Width of the feed-forward layer, F. */
  feedForward: number;
  /** V. */
  vocabularySize: number;
  /** Of the feed-forward layers. */
  activation: ActivationName;
  /** Whether a second projection multiplies the activated one (v1.1). */
  gated: boolean;
  /** Whether states are divided by √D before the head (v1.0). */
  scaledHead: boolean;
  /** Rows of the table of position biases: see `relativeBucket`. */
  buckets: number;
  /** Relative positions that are this far apart or more share the last bucket. */
  maxDistance: number;
  /** ε of the norms. */
  normEpsilon: number;
  /** Token id of padding. */
  padding: number;
  /** The token that decoding begins with. */
  startToken: number;
  /** Tokens that end a sequence. */
  endTokens: number[];
  /** Whether the head has a matrix of its own, instead of the shared embeddings. */
  untied: boolean;
}

/**
 * Reads the content of a config.json; `where` names the model in errors. Whether the head is tied is read from the
 * checkpoint's tensors, because configurations do not say it reliably; without tensors it is.
 *
 * Errors: another model type; an unknown feed-forward layer; too few buckets; an entry that is missing or invalid.
 */
export function readSeq2SeqConfig(
  config: Record<string, unknown>,
  where: string,
  tensors?: Checkpoint["tensors"],
): Seq2SeqConfig {
  const { positive, choice, flag, tokens } = configReader(config, where);
  choice("model_type", ["t5"]);
  const kinds = [...activations, ...activations.map(name => `gated-${name}` as const)] as const;
  const kind = choice("feed_forward_proj", kinds, "relu");
  const gated = kind.startsWith("gated-");
  const encoderLayers = positive("num_layers");
  const padding = tokens("pad_token_id")[0] ?? 0;
  const [buckets, maxDistance] = [
    positive("relative_attention_num_buckets"),
    positive("relative_attention_max_distance", 128),
  ];
  // Half of the decoder's buckets, and in either direction a quarter of the encoder's, hold a single distance each.
  if (buckets < 4 || maxDistance <= buckets / 2)
    fail(where, `${buckets} buckets cannot separate distances up to ${maxDistance}`, "Check config.json.");
  return {
    encoderLayers,
    decoderLayers: positive("num_decoder_layers", encoderLayers),
    width: positive("d_model"),
    heads: positive("num_heads"),
    headWidth: positive("d_kv"),
    feedForward: positive("d_ff"),
    vocabularySize: positive("vocab_size"),
    // "gated-gelu" means the tanh form of GELU.
    activation: kind === "gated-gelu" ? "gelu_new" : (kind.replace("gated-", "") as ActivationName),
    gated,
    // Without scale_decoder_outputs, tying decides: v1.1 is untied and does not scale.
    scaledHead: flag("scale_decoder_outputs", flag("tie_word_embeddings", true)),
    buckets,
    maxDistance,
    normEpsilon: positive("layer_norm_epsilon", 1e-6),
    padding,
    startToken: tokens("decoder_start_token_id")[0] ?? padding,
    endTokens: tokens("eos_token_id"),
    untied: tensors !== undefined && isUntied(tensors, "lm_head.weight", "shared.weight"),
  };
}

/** Shapes of all parameters, by their names in Transformers (`T5ForConditionalGeneration`). */
export function seq2seqShapes(config: Seq2SeqConfig): Record<string, number[]> {
  const { width: D, heads: H, headWidth: C, feedForward: F, vocabularySize: V } = config;
  const shapes: Record<string, number[]> = { "shared.weight": [V, D] };
  for (const [stack, layers] of [
    ["encoder", config.encoderLayers],
    ["decoder", config.decoderLayers],
  ] as const) {
    for (let i = 0; i < layers; i++) {
      const block = `${stack}.block.${i}.layer`;
      for (const [j, part] of partsOf(stack).entries()) {
        const name = `${block}.${j}.${part}`;
        if (part === "DenseReluDense") {
          for (const way of config.gated ? ["wi_0", "wi_1"] : ["wi"]) shapes[`${name}.${way}.weight`] = [F, D];
          shapes[`${name}.wo.weight`] = [D, F];
        } else {
          for (const way of ["q", "k", "v"]) shapes[`${name}.${way}.weight`] = [H * C, D];
          shapes[`${name}.o.weight`] = [D, H * C];
        }
        if (part === "SelfAttention" && i === 0) shapes[`${name}.relative_attention_bias.weight`] = [config.buckets, H];
        shapes[`${block}.${j}.layer_norm.weight`] = [D];
      }
    }
    shapes[`${stack}.final_layer_norm.weight`] = [D];
  }
  if (config.untied) shapes["lm_head.weight"] = [V, D];
  return shapes;
}

const partsOf = (stack: "encoder" | "decoder") =>
  stack === "encoder" ? ["SelfAttention", "DenseReluDense"] : ["SelfAttention", "EncDecAttention", "DenseReluDense"];

/**
 * The parameter of a published name; undefined for copies of the shared embeddings and an unused table of the first T5
 * files.
 */
export function seq2seqName(name: string, { untied }: Seq2SeqConfig): string | undefined {
  if (/^(encoder|decoder)\.embed_tokens\.weight$/.test(name)) return undefined;
  if (name === "lm_head.weight" && !untied) return undefined;
  if (name.endsWith(".EncDecAttention.relative_attention_bias.weight")) return undefined;
  return name;
}
