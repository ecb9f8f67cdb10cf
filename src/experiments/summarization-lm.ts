// The summarization experiment: an LM that learns to summarize, decoder-only or encoder–decoder.

import type * as tf from "@tensorflow/tfjs-core";
import { fastBfloat16 } from "../backend/device";
import { fail } from "../core/errors";
import { loadCausalLm } from "../models/causal-lm";
import { causalResponsePolicy } from "../models/causal-response-policy";
import { readContexts } from "../models/context-store";
import type { Generator } from "../models/decoding";
import type { LoadOptions } from "../models/loading";
import type { ResponsePolicy } from "../models/response-policy";
import { loadSeq2Seq } from "../models/seq2seq-lm";
import { seq2seqResponsePolicy } from "../models/seq2seq-response-policy";
import { trainable } from "../models/trainable";
import { encodeWithin } from "../text/encode-within";
import { chatInstruction, instructed } from "../text/instructed";
import type { DecoderOnly, EncoderDecoder, SummarizationSetting } from "./summarization";

export interface Summarizer extends Pick<Generator, "tokenizer" | "endTokens"> {
  /** What the LM reads of a document. Errors: the setting asks by aspect, and not about this one. */
  context(document: string, aspect?: string): number[];
  /** What trains. */
  variables: tf.Variable[];
  /** The policy, for these contexts. */
  policy(
    contexts: readonly (readonly number[])[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<ResponsePolicy>;
  dispose(): void;
}

/** Loads the setting's LM. Errors: those of `loadCausalLm` and `loadSeq2Seq`. */
export const loadSummarizer = (
  { lm, documentTokens }: Pick<SummarizationSetting, "lm" | "documentTokens">,
  options?: LoadOptions,
): Promise<Summarizer> =>
  lm.kind === "decoder-only" ? decoderOnly(lm, documentTokens, options) : encoderDecoder(lm, documentTokens, options);

async function decoderOnly(
  { model, from, question, place }: DecoderOnly,
  documentTokens: number,
  options?: LoadOptions,
): Promise<Summarizer> {
  const trains = (name: string) => Number(name.match(/\.(\d+)\./)?.[1]) >= from || /^(model\.norm|ln_f)\./.test(name);
  const precision = fastBfloat16() ? "bfloat16" : "float32";
  const lm = await loadCausalLm(model, { precision, float32: trains, ...options });
  const { tokenizer, endTokens, dispose } = lm;
  return {
    ...{ tokenizer, endTokens, dispose },
    variables: trainable(lm, trains),
    context(document, aspect = "") {
      const asked = typeof question === "string" ? question : question[aspect];
      if (asked === undefined)
        fail("context", `there is no question about "${aspect}"`, `Ask about ${Object.keys(question).join(", ")}.`);
      return instructed(tokenizer, document, { ...chatInstruction(asked, { place }), documentTokens }).ids;
    },
    policy: async (contexts, onProgress) =>
      causalResponsePolicy(lm, { contexts: await readContexts(lm, contexts, { onProgress }), from }),
  };
}

async function encoderDecoder(
  { model, prefix }: EncoderDecoder,
  documentTokens: number,
  options?: LoadOptions,
): Promise<Summarizer> {
  const reader = await loadSeq2Seq(model, options);
  const lm = await loadSeq2Seq(model, options);
  const { tokenizer, endTokens } = lm;
  return {
    ...{ tokenizer, endTokens },
    variables: trainable(lm, /./),
    context: document => encodeWithin(tokenizer, prefix + document, documentTokens).ids,
    policy: async () => seq2seqResponsePolicy(lm, { reader }),
    dispose() {
      lm.dispose();
      reader.dispose();
    },
  };
}
