// The summarization experiment: an LM that learns to summarize, decoder-only or encoder–decoder.

import type * as tf from "@tensorflow/tfjs-core";
import { fastBfloat16 } from "../../src/backend/device";
import { fail } from "../../src/core/errors";
import { seeded } from "../../src/core/random";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import type { Generator } from "../../src/models/decoding";
import { frozenCopy } from "../../src/models/frozen-copy";
import { readLmFacts } from "../../src/models/lm-facts";
import type { LoadOptions } from "../../src/models/loading";
import { addLowRank } from "../../src/models/low-rank";
import type { Model } from "../../src/models/model";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { trainable } from "../../src/models/trainable";
import { causalWholePolicy } from "../../src/policies/causal-full";
import { causalResponsePolicy } from "../../src/policies/causal-upper-layers";
import { type ContextStore, readContexts } from "../../src/policies/context-store";
import type { ResponsePolicy } from "../../src/policies/response-policy";
import { seq2seqResponsePolicy } from "../../src/policies/seq2seq-full";
import { encodeWithin } from "../../src/text/encode-within";
import { chatInstruction, instructed } from "../../src/text/instructed";
import type { SummarizationLm, SummarizationSetting, Trains } from "./settings";
import { firstTrained, trainsBeside, trainsWhole } from "./trains";

export interface Summarizer extends Pick<Generator, "tokenizer" | "endTokens"> {
  /** What the LM reads of a document. Errors: the setting asks by aspect, and not about this one. */
  context(document: string, aspect?: string): number[];
  /** What trains. */
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
  const { trains } = setting.lm;
  const from = trains === "all" ? undefined : trains.from;
  if (from !== undefined && !(Number.isInteger(from) && from >= 0 && from < layers))
    fail(
      "lm.trains",
      `from is ${from}, and ${setting.lm.model} has ${layers} layers`,
      "Give the number of one of them.",
    );
  return kind === "decoder-only" ? decoderOnly(setting, options) : encoderDecoder(setting, options);
}

async function decoderOnly({ lm: { model, trains, ...asking }, documentTokens }: Setting, options?: LoadOptions) {
  const precision = fastBfloat16() ? "bfloat16" : "float32";
  const lm = await loadCausalLm(model, { precision, float32: name => trainsWhole(trains, name), ...options });
  const context = contextOfQuestion(lm, asking, documentTokens);
  const variables = madeTrainable(lm, trains);
  const from = firstTrained(trains);
  let kept: ContextStore | CausalLm | undefined;
  return {
    ...{ tokenizer: lm.tokenizer, endTokens: lm.endTokens, context, variables },
    async policy(contexts: Iterable<readonly number[]>, onProgress?: (done: number, total: number) => void) {
      if (from > 0) {
        const store = await readContexts(lm, contexts, { onProgress });
        kept = store;
        return causalResponsePolicy(lm, { contexts: store, from });
      }
      const reader = frozenCopy(lm);
      kept = reader;
      return causalWholePolicy(lm, { reader });
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
    return instructed(tokenizer, document, { ...chatInstruction(asked, { place }), documentTokens }).ids;
  };
}

async function encoderDecoder(
  { lm: { model, trains, prefix = "summarize: " }, documentTokens }: Setting,
  options?: LoadOptions,
): Promise<Summarizer> {
  const lm = await loadSeq2Seq(model, options);
  const { tokenizer, endTokens } = lm;
  const variables = madeTrainable(lm, trains);
  const reader = frozenCopy(lm);
  return {
    ...{ tokenizer, endTokens, variables },
    context: document => encodeWithin(tokenizer, prefix + document, documentTokens).ids,
    policy: async () => seq2seqResponsePolicy(lm, { reader }),
    dispose() {
      reader.dispose();
      lm.dispose();
    },
  };
}

function madeTrainable(lm: Model, trains: Trains): tf.Variable[] {
  if (trains === "all" || !("lowRank" in trains)) return trainable(lm, name => trainsWhole(trains, name));
  const targets = (name: string) => trainsBeside(trains, name);
  return addLowRank(lm, { ...trains.lowRank, targets, rng: seeded(0).split("low rank") }).variables;
}
