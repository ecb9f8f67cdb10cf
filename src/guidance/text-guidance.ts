// From lists of texts to token rewards of any texts, in one call: encode once, fit, and read new texts as they come.

import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, callback, checkOptions, flag, listOf, randomness, required, tensor } from "../core/options";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import type { CausalLm } from "../models/causal/forward";
import { frozenCopy } from "../models/frozen-copy";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { encodeExamples } from "../policies/encode-examples";
import { type ResponseFeatureOptions, responseFeatureChecks, responseFeatures } from "../policies/response-features";
import type { Example } from "../policies/response-policy";
import { tokensOf } from "../policies/token-rows";
import type { ListsTable } from "../preferences/lists-table";
import { numberLists } from "../preferences/number-lists";
import { chunks } from "../text/batches";
import type { Aggregate } from "./aggregate";
import { type Fit, fitDefaults } from "./fit";
import { type LearnOptions, learnChecks } from "./learn";
import { learnFromStored } from "./learn-stored";
import { learnTrunkGuidance } from "./trunk-guidance";

export interface TextLearnOptions extends LearnOptions, Omit<ResponseFeatureOptions, "onProgress" | "signal"> {
  rng: Rng;
  /**
   * Variables of a decoder-only LM that learn with the rewards, from `trainable` or `addLowRank`: its last states then
   * are the features. Default: the LM is frozen.
   */
  variables?: readonly tf.Variable[];
  /** Ends responses that are texts with the LM's end token, which then has a reward too. Default true. */
  endToken?: boolean;
  /** Called as the LM reads the candidates. */
  onEncoding?: (done: number, total: number) => void;
}

const { onProgress: _, signal: __, ...featureChecks } = responseFeatureChecks;
const textLearnChecks: Checks<TextLearnOptions> = {
  ...learnChecks,
  ...featureChecks,
  rng: required(randomness),
  variables: listOf(tensor),
  endToken: flag,
  onEncoding: callback,
};

/**
 * Token rewards of an LM's own tokens, for any texts. An LM that was frozen while they were learned may train
 * afterwards: the rewards stay those of its first weights. Dispose the guidance before the LM.
 */
export interface TextGuidance extends Fit {
  /** Std of the tokens' rewards over the candidates, each position less its mean; 1 where the LM learned too. */
  std: number;
  /** Rewards of each response's tokens. Errors: an example without a token. */
  rewards(examples: readonly Example[]): Promise<Float32Array[]>;
  /**
   * The rows of a table with columns `response` and, where something was asked, `prompt` (texts, conversations or token
   * ids), and three columns beside them: `tokens`, their `rewards`, and the whole `reward`, which is the aggregate of
   * these with the table as one list, so that responses of one table can be compared. `rewardedText` shows it,
   * `writeTable` keeps it.
   */
  table(candidates: aq.ColumnTable): Promise<aq.ColumnTable>;
  dispose(): void;
}

/** Learns token rewards from lists of texts: see `learnGuidance`. */
export async function learnFromLists(
  model: CausalLm | Seq2SeqLm,
  table: ListsTable,
  options: TextLearnOptions,
): Promise<TextGuidance> {
  checkOptions("learnGuidance", options, textLearnChecks);
  const { rng, variables, layer, batchTokens, maxBytes, endToken, onEncoding, ...own } = options;
  const { lists, scores, candidates } = numberLists(table);
  const encoded = (rows: aq.ColumnTable) => encodeExamples(model, rows, { endToken });
  const reading: ResponseFeatureOptions = { layer, batchTokens, maxBytes, signal: own.signal };
  const longest = scores
    ? fitDefaults.listSize
    : lists.starts.slice(1).reduce((longest, end, i) => Math.max(longest, end - lists.starts[i]), 0);
  const learning: LearnOptions = { ...own, listSize: own.listSize ?? Math.min(fitDefaults.listSize, longest) };
  const learned = variables
    ? await trainedTrunk(model, encoded(candidates), scores ?? lists, rng, { ...learning, variables })
    : await frozenTrunk(model, encoded(candidates), scores ?? lists, rng, learning, {
        ...reading,
        onProgress: onEncoding,
      });
  const { fit, std, rewards, dispose } = learned;

  async function allRewards(examples: readonly Example[]): Promise<Float32Array[]> {
    const out: Float32Array[] = [];
    for (const part of chunks(examples, 32)) out.push(...(await rewards(part, reading)));
    return out;
  }
  return {
    ...fit,
    std,
    rewards: allRewards,
    dispose,
    async table(given) {
      const examples = encoded(given);
      const all = await allRewards(examples);
      const { tokenizer } = model;
      return given.reify().assign(
        aq.table({
          tokens: examples.map(({ response }) => response.map(id => tokenizer.token(id))),
          rewards: all.map(rewards => [...rewards]),
          reward: [...wholeRewards(own.aggregate, all)],
        }),
      );
    },
  };
}

/** The aggregates of one list of responses. */
function wholeRewards(aggregate: Aggregate, all: readonly Float32Array[]): Float32Array {
  if (all.length === 0) return new Float32Array(0);
  const T = all.reduce((longest, { length }) => Math.max(longest, length), 0);
  const [rewards, mask] = [new Float32Array(all.length * T), new Float32Array(all.length * T)];
  for (const [b, row] of all.entries()) {
    rewards.set(row, b * T);
    mask.fill(1, b * T, b * T + row.length);
  }
  const shape: [number, number] = [all.length, T];
  return read(() => aggregate.apply(tf.tensor2d(rewards, shape), tf.tensor2d(mask, shape), all.length));
}

interface Learned {
  fit: Fit;
  std: number;
  rewards(examples: readonly Example[], reading: ResponseFeatureOptions): Promise<Float32Array[]>;
  dispose(): void;
}
type Preferences = Parameters<typeof learnFromStored>[1];

async function frozenTrunk(
  model: CausalLm | Seq2SeqLm,
  examples: readonly Example[],
  preferences: Preferences,
  rng: Rng,
  learning: LearnOptions,
  reading: ResponseFeatureOptions,
): Promise<Learned> {
  // The LM may train with the guidance, whose features must stay those that it learned from.
  const frozen = frozenCopy(model);
  try {
    const features = await responseFeatures(frozen, examples, reading);
    const { rewards, std, tensors: _, dispose, ...fit } = await learnFromStored(features, preferences, rng, learning);
    return {
      fit,
      std,
      async rewards(examples, reading) {
        if (Object.values(frozen.weights).some(weight => weight.isDisposed))
          fail("rewards", `${model.name} was merged or disposed`, "Learn the guidance anew from the LM as it is now.");
        const features = await responseFeatures(frozen, examples, reading);
        const numbers = read(() => {
          const { features_BTD, mask_BT } = features.rows([...examples.keys()]);
          return rewards(features_BTD, mask_BT);
        });
        return tokensOf(numbers, features.lengths);
      },
      dispose() {
        dispose();
        frozen.dispose();
      },
    };
  } catch (error) {
    frozen.dispose();
    throw error;
  }
}

async function trainedTrunk(
  model: CausalLm | Seq2SeqLm,
  examples: readonly Example[],
  preferences: Preferences,
  rng: Rng,
  { credit, inputNoise, ...learning }: LearnOptions & { variables: readonly tf.Variable[] },
): Promise<Learned> {
  if (!("family" in model))
    fail("learnGuidance", `${model.name} is an encoder–decoder`, "Only decoder-only LMs learn with the rewards.");
  if (credit === "sequence" || inputNoise)
    fail("learnGuidance", "credit and inputNoise are for frozen LMs", "Leave them out where variables learn.");
  const responsesOf = (examples: readonly Example[]) => ({
    prompts: examples.map(({ prompt }) => prompt),
    responses: examples.map(({ response }) => response),
  });
  const given = "order" in preferences ? { lists: preferences } : { scores: preferences };
  const learned = await learnTrunkGuidance({ ...responsesOf(examples), ...given }, rng, { ...learning, model });
  const { rewards, variables: _, dispose, ...fit } = learned;
  return {
    fit,
    std: 1,
    dispose,
    rewards: async examples =>
      tokensOf(
        read(() => rewards(responsesOf(examples))),
        examples.map(({ response }) => response.length),
      ),
  };
}
