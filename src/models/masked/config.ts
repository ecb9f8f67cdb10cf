// BERT and RoBERTa checkpoints: config.json, the parameters of a model, and their names in published files.

import { fail } from "../../core/errors";
import type { Checkpoint } from "../../weights/checkpoint";
import { isUntied } from "../../weights/tied";
import { configReader } from "../config";
import { type ActivationName, activations } from "../parts/activations";

/** The configuration of a BERT or RoBERTa. */
export interface MaskedConfig {
  /** RoBERTa counts positions differently and names its parameters differently. */
  family: "bert" | "roberta";
  /** L. */
  layers: number;
  /** Of hidden states, D. */
  width: number;
  /** H, which divides D. */
  heads: number;
  /** Width of the feed-forward layer, F. */
  feedForward: number;
  /** V. */
  vocabularySize: number;
  /** Rows of the table of positions; RoBERTa leaves its first `padding` + 1 rows unused. */
  positions: number;
  /** Number of segments. */
  tokenTypes: number;
  /** ε of the layer norms. */
  normEpsilon: number;
  /** Of the feed-forward layers. */
  activation: ActivationName;
  /** Token id of padding. */
  padding: number;
  /** Undefined for a model without its masked-LM head. */
  head?: MaskedHead;
}

/** Names of the masked-LM head's parameters. */
export interface MaskedHead {
  /** The first projection, and the norm after it. */
  dense: string;
  norm: string;
  /** The projection to logits. Its weight may be the word embeddings. */
  weight: string;
  bias: string;
}

/**
 * Reads the content of a config.json; `where` names the model in errors. Whether there is a head, and whether it is
 * tied to the word embeddings, is read from the checkpoint's tensors; without tensors there is a tied head.
 *
 * Errors: another model type; positions that are not absolute; a decoder; an entry that is missing or invalid.
 */
export function readMaskedConfig(
  config: Record<string, unknown>,
  where: string,
  tensors?: Checkpoint["tensors"],
): MaskedConfig {
  const { positive, choice, flag, tokens } = configReader(config, where);
  // XLM-RoBERTa differs from RoBERTa in its training data alone.
  const family = choice("model_type", ["bert", "roberta", "xlm-roberta"]) === "bert" ? "bert" : "roberta";
  choice("position_embedding_type", ["absolute"], "absolute");
  if (flag("is_decoder", false)) fail(where, "it is a decoder", "Use a checkpoint that reads in both directions.");
  const [width, heads] = [positive("hidden_size"), positive("num_attention_heads")];
  if (width % heads !== 0) fail(where, `${heads} heads do not divide its width of ${width}`, "Check config.json.");
  return {
    family,
    layers: positive("num_hidden_layers"),
    width,
    heads,
    feedForward: positive("intermediate_size"),
    vocabularySize: positive("vocab_size"),
    positions: positive("max_position_embeddings"),
    tokenTypes: positive("type_vocab_size", 2),
    normEpsilon: positive("layer_norm_eps", 1e-12),
    activation: choice("hidden_act", activations, "gelu"),
    padding: tokens("pad_token_id")[0] ?? (family === "bert" ? 0 : 1),
    head: headOf(family, flag("tie_word_embeddings", true), tensors),
  };
}

function headOf(
  family: MaskedConfig["family"],
  tied: boolean,
  tensors?: Checkpoint["tensors"],
): MaskedHead | undefined {
  const [dense, norm, bias, decoder] =
    family === "bert"
      ? ["transform.dense", "transform.LayerNorm", "bias", "decoder"].map(part => `cls.predictions.${part}`)
      : ["dense", "layer_norm", "bias", "decoder"].map(part => `lm_head.${part}`);
  if (tensors && !tensors.has(`${dense}.weight`)) return undefined;
  const embeddings = `${family}.embeddings.word_embeddings.weight`;
  const own = `${decoder}.weight`;
  if (!tensors?.has(own) || (tied && !isUntied(tensors, own, embeddings)))
    return { dense, norm, weight: embeddings, bias };
  return { dense, norm, weight: own, bias: tensors.has(`${decoder}.bias`) ? `${decoder}.bias` : bias };
}

/** Upper bound on the tokens of a row. */
export const contextLength = ({ family, positions, padding }: MaskedConfig): number =>
  family === "bert" ? positions : positions - padding - 1;

/** Shapes of all parameters, by their names in Transformers (`BertForMaskedLM`, `RobertaForMaskedLM`). */
export function maskedShapes(config: MaskedConfig): Record<string, number[]> {
  const { family, layers, width: D, feedForward: F, vocabularySize: V } = config;
  const shapes: Record<string, number[]> = {};
  const projection = (name: string, outs: number, ins: number) => {
    shapes[`${name}.weight`] = [outs, ins];
    shapes[`${name}.bias`] = [outs];
  };
  const norm = (name: string) => {
    shapes[`${name}.weight`] = [D];
    shapes[`${name}.bias`] = [D];
  };
  shapes[`${family}.embeddings.word_embeddings.weight`] = [V, D];
  shapes[`${family}.embeddings.position_embeddings.weight`] = [config.positions, D];
  shapes[`${family}.embeddings.token_type_embeddings.weight`] = [config.tokenTypes, D];
  norm(`${family}.embeddings.LayerNorm`);
  for (let i = 0; i < layers; i++) {
    const name = `${family}.encoder.layer.${i}`;
    for (const part of ["query", "key", "value"]) projection(`${name}.attention.self.${part}`, D, D);
    projection(`${name}.attention.output.dense`, D, D);
    norm(`${name}.attention.output.LayerNorm`);
    projection(`${name}.intermediate.dense`, F, D);
    projection(`${name}.output.dense`, D, F);
    norm(`${name}.output.LayerNorm`);
  }
  if (config.head) {
    projection(config.head.dense, D, D);
    norm(config.head.norm);
    shapes[config.head.weight] = [V, D];
    shapes[config.head.bias] = [V];
  }
  return shapes;
}

/**
 * The parameter of a published name, with or without the family's prefix and in the old or new spelling of norms;
 * undefined for tensors that the model does not use: buffers, poolers, heads of other tasks, and copies of tied
 * parameters.
 */
export function maskedName(name: string, { family, head }: MaskedConfig): string | undefined {
  const spelled = name.replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias");
  const full = /^(embeddings|encoder|pooler)\./.test(spelled) ? `${family}.${spelled}` : spelled;
  if (/\.(position_ids|token_type_ids)$/.test(full)) return undefined;
  if (full.startsWith(`${family}.pooler.`) || full.startsWith("cls.seq_relationship.")) return undefined;
  if (!head) return /^(cls|lm_head|classifier|qa_outputs)\./.test(full) ? undefined : full;
  const isLast = /^(cls\.predictions|lm_head)\.(bias|decoder\.weight|decoder\.bias)$/.test(full);
  return isLast && full !== head.weight && full !== head.bias ? undefined : full;
}
