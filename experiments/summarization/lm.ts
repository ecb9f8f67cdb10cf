// The summarization experiment: loads the LM that learns to summarize, decoder-only or encoder–decoder, as its setting
// says.

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
import { type PromptStore, precomputePrompts } from "../../src/policies/prompt-store";
import { type Reference, referencePolicy } from "../../src/policies/reference-policy";
import type { ResponsePolicy } from "../../src/policies/response-policy";
import { seq2seqFullPolicy } from "../../src/policies/seq2seq-full";
import { encodeWithin } from "../../src/text/encode-within";
import { chatInstruction, formatInstruction } from "../../src/text/instructed";
import type { SummarizationLm, SummarizationSetting, Trainable } from "./settings";
import { firstTrained, hasAdapter, trainsItself } from "./trainable";

/** An LM that summarizes, with what training needs of it. */
export interface Summarizer extends Pick<GenerativeModel, "tokenizer" | "endTokens"> {
  /** Token ids of the prompt for a document. Errors: the setting has questions by aspect, and none about this one. */
  prompt(document: string, aspect?: string): number[];
  /** The variables that train. */
  variables: tf.Variable[];
  /** The policy for these prompts; to be called once. `onProgress` counts prompts computed. */
  policy(
    prompts: Iterable<readonly number[]>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ResponsePolicy>;
  /** The policy as it is now, frozen: it is given the examples that the policy has encoded. Dispose after use. */
  frozen(): Reference & { dispose(): void };
  dispose(): void;
}

type Setting = Pick<SummarizationSetting, "lm" | "documentTokens">;

/**
 * Loads the setting's LM, whichever kind its configuration says it is. Low-rank adapters start from the random numbers
 * of seed 0.
 *
 * Errors: those of `readLmFacts`, `loadCausalLm` and `loadSeq2Seq`; a `fromLayer` that the LM does not have; no
 * question for a decoder-only LM.
 */
export async function loadSummarizer(setting: Setting, options?: LoadOptions): Promise<Summarizer> {
  const { model, trainable } = setting.lm;
  const { kind, config } = await readLmFacts(model, options);
  const layers = kind === "decoder-only" ? config.layers : config.decoderLayers;
  const from = firstTrained(trainable);
  if (from >= layers)
    fail(
      "lm.trainable",
      `fromLayer is ${from}, and ${model} has layers 0 to ${layers - 1}`,
      "Give the number of one of them.",
    );
  return kind === "decoder-only" ? loadDecoderOnly(setting, options) : loadEncoderDecoder(setting, options);
}

async function loadDecoderOnly({ lm, documentTokens }: Setting, options?: LoadOptions): Promise<Summarizer> {
  const precision = fastBfloat16() ? "bfloat16" : "float32";
  const float32 = (name: string) => trainsItself(lm.trainable, name);
  const model = await loadCausalLm(lm.model, { precision, float32, ...options });
  const prompt = promptFor(model, lm, documentTokens);
  const variables = makeTrainable(model, lm.trainable);
  const fromLayer = firstTrained(lm.trainable);
  let read: PromptStore | CausalLm | undefined;
  return {
    tokenizer: model.tokenizer,
    endTokens: model.endTokens,
    prompt,
    variables,
    async policy(prompts, onProgress) {
      if (fromLayer > 0) {
        const store = await precomputePrompts(model, prompts, { onProgress });
        read = store;
        return upperLayersPolicy(model, { prompts: store, fromLayer });
      }
      const reader = frozenCopy(model);
      read = reader;
      return causalFullPolicy(model, { frozen: reader });
    },
    frozen() {
      const copy = frozenCopy(model);
      const { teacherForce } =
        fromLayer > 0 ? upperLayersPolicy(copy, { prompts: read as PromptStore, fromLayer }) : referencePolicy(copy);
      return { teacherForce, dispose: () => copy.dispose() };
    },
    dispose() {
      read?.dispose();
      model.dispose();
    },
  };
}

function promptFor(
  { name, tokenizer }: CausalLm,
  { question, position }: SummarizationLm,
  documentTokens: number,
): Summarizer["prompt"] {
  if (question === undefined)
    fail(
      "lm.question",
      `${name} is decoder-only, and the setting has no question`,
      'Give one, such as "Summarize this text."',
    );
  return (document, aspect = "") => {
    const asked = typeof question === "string" ? question : question![aspect];
    if (asked === undefined)
      fail("lm.question", `there is no question about "${aspect}"`, `Ask about ${Object.keys(question!).join(", ")}.`);
    return formatInstruction(tokenizer, document, { ...chatInstruction(asked, { position }), documentTokens }).ids;
  };
}

async function loadEncoderDecoder({ lm, documentTokens }: Setting, options?: LoadOptions): Promise<Summarizer> {
  const { prefix = "summarize: " } = lm;
  const model = await loadSeq2Seq(lm.model, options);
  const { tokenizer, endTokens } = model;
  const variables = makeTrainable(model, lm.trainable);
  const reader = frozenCopy(model);
  return {
    tokenizer,
    endTokens,
    variables,
    prompt: document => encodeWithin(tokenizer, prefix + document, documentTokens).ids,
    policy: async () => seq2seqFullPolicy(model, { frozen: reader }),
    frozen() {
      const copy = frozenCopy(model);
      return { teacherForce: referencePolicy(copy).teacherForce, dispose: () => copy.dispose() };
    },
    dispose() {
      reader.dispose();
      model.dispose();
    },
  };
}

function makeTrainable(model: Model, parts: Trainable): tf.Variable[] {
  if (parts === "all" || !("lowRank" in parts)) return trainable(model, name => trainsItself(parts, name));
  const targets = (name: string) => hasAdapter(parts, name);
  return addLowRank(model, { ...parts.lowRank, targets, rng: seeded(0).split("low rank") }).variables;
}
