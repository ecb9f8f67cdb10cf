// The summarization experiment: an LM that learns to summarize, decoder-only or encoder–decoder.

import type * as tf from "@tensorflow/tfjs-core";
import { fastBfloat16 } from "../../src/backend/device";
import { fail } from "../../src/core/errors";
import { seeded } from "../../src/core/random";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import type { GenerativeModel } from "../../src/models/decoding";
import { frozenCopy } from "../../src/models/frozen-copy";
import { readLmFacts } from "../../src/models/lm-facts";
import type { LoadOptions } from "../../src/models/loading";
import { addLowRank } from "../../src/models/low-rank";
import type { Model } from "../../src/models/model";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { trainable } from "../../src/models/trainable";
import { causalFullPolicy } from "../../src/policies/causal-full";
import { upperLayersPolicy } from "../../src/policies/causal-upper-layers";
import { type PromptStore, precomputePrompts } from "../../src/policies/context-store";
import type { ResponsePolicy } from "../../src/policies/response-policy";
import { seq2seqFullPolicy } from "../../src/policies/seq2seq-full";
import { encodeWithin } from "../../src/text/encode-within";
import { chatInstruction, formatInstruction } from "../../src/text/instructed";
import type { SummarizationLm, SummarizationSetting, Trainable } from "./settings";
import { firstTrained, trainsBeside, trainsWhole } from "./trainable";

export interface Summarizer extends Pick<GenerativeModel, "tokenizer" | "endTokens"> {
  /** What the LM reads of a document. Errors: the setting asks by aspect, and not about this one. */
  context(document: string, aspect?: string): number[];
  /** What trained. */
  variables: tf.Variable[];
  /** The policy, for these contexts. To be made once. */
  policy(
    contexts: Iterable<readonly number[]>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ResponsePolicy>;
  dispose(): void;
}

type Setting = Pick<SummarizationSetting, "lm" | "documentTokens">;

/**
 * Loads the setting's LM, of whatever kind its configuration says. Low-rank updates begin with the numbers of seed 0.
 *
 * Errors: those of `readLmFacts`, `loadCausalLm` and `loadSeq2Seq`; a layer to train from that is not there; no question for a decoder-only LM.
 */
export async function loadSummarizer(setting: Setting, options?: LoadOptions): Promise<Summarizer> {
  const { kind, config } = await readLmFacts(setting.lm.model, options);
  const layers = kind === "decoder-only" ? config.layers : config.decoderLayers;
  const { trainable: trained } = setting.lm;
  const from = trained === "all" ? undefined : trained.fromLayer;
  if (from !== undefined && !(Number.isInteger(from) && from >= 0 && from < layers))
    fail(
      "lm.trainable",
      `from is ${from}, and ${setting.lm.model} has ${layers} layers`,
      "Give the number of one of them.",
    );
  return kind === "decoder-only" ? decoderOnly(setting, options) : encoderDecoder(setting, options);
}

async function decoderOnly(
  { lm: { model, trainable: trained, ...asking }, documentTokens }: Setting,
  options?: LoadOptions,
) {
  const precision = fastBfloat16() ? "bfloat16" : "float32";
  const lm = await loadCausalLm(model, { precision, float32: name => trainsWhole(trained, name), ...options });
  const context = contextOfQuestion(lm, asking, documentTokens);
  const variables = madeTrainable(lm, trained);
  const from = firstTrained(trained);
  let kept: PromptStore | CausalLm | undefined;
  return {
    ...{ tokenizer: lm.tokenizer, endTokens: lm.endTokens, context, variables },
    async policy(contexts: Iterable<readonly number[]>, onProgress?: (done: number, total: number) => void) {
      if (from > 0) {
        const store = await precomputePrompts(lm, contexts, { onProgress });
        kept = store;
        return upperLayersPolicy(lm, { prompts: store, fromLayer: from });
      }
      const reader = frozenCopy(lm);
      kept = reader;
      return causalFullPolicy(lm, { reader });
    },
    dispose() {
      kept?.dispose();
      lm.dispose();
    },
  };
}

function contextOfQuestion(
  { name, tokenizer }: CausalLm,
  { question, place }: Pick<SummarizationLm, "question" | "place">,
  documentTokens: number,
): Summarizer["context"] {
  if (question === undefined)
    fail("lm.question", `${name} is decoder-only, and nothing is asked`, 'Give one, such as "Summarize this text."');
  return (document, aspect = "") => {
    const asked = typeof question === "string" ? question : question![aspect];
    if (asked === undefined)
      fail("context", `there is no question about "${aspect}"`, `Ask about ${Object.keys(question!).join(", ")}.`);
    return formatInstruction(tokenizer, document, { ...chatInstruction(asked, { place }), documentTokens }).ids;
  };
}

async function encoderDecoder(
  { lm: { model, trainable: trained, prefix = "summarize: " }, documentTokens }: Setting,
  options?: LoadOptions,
): Promise<Summarizer> {
  const lm = await loadSeq2Seq(model, options);
  const { tokenizer, endTokens } = lm;
  const variables = madeTrainable(lm, trained);
  const reader = frozenCopy(lm);
  return {
    ...{ tokenizer, endTokens, variables },
    context: document => encodeWithin(tokenizer, prefix + document, documentTokens).ids,
    policy: async () => seq2seqFullPolicy(lm, { reader }),
    dispose() {
      reader.dispose();
      lm.dispose();
    },
  };
}

function madeTrainable(lm: Model, trained: Trainable): tf.Variable[] {
  if (trained === "all" || !("lowRank" in trained)) return trainable(lm, name => trainsWhole(trained, name));
  const targets = (name: string) => trainsBeside(trained, name);
  return addLowRank(lm, { ...trained.lowRank, targets, rng: seeded(0).split("low rank") }).variables;
}
