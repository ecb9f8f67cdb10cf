// From an LM to a policy that trains, in one call.

import type * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, oneOf, orInfinity, randomness, required } from "../core/options";
import { type Rng, seeded } from "../core/random";
import type { CausalLm } from "../models/causal/forward";
import { frozenCopy } from "../models/frozen-copy";
import { addLowRank, type LowRankOptions, lowRankChecks } from "../models/low-rank";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { freeze, trainable, trainingNames, upperLayers, type Which } from "../models/trainable";
import { causalFullPolicy } from "./causal-full";
import { promptStoreCheck, upperLayersPolicy } from "./causal-upper-layers";
import { type PromptStore, promptsOnDemand } from "./prompt-store";
import type { ResponsePolicy } from "./response-policy";
import { seq2seqFullPolicy } from "./seq2seq-full";

interface Common {
  /**
   * Tokens of a pass of `encode`, padding included: it bounds memory. Defaults of the policies: 4096, and 2048 for
   * upper layers.
   */
  batchTokens?: number;
}

/** Low-rank updates train; the LM, in float32 or bfloat16, stays as it is. Rank, α and targets are `addLowRank`'s. */
export interface TrainLowRank extends Common, Omit<LowRankOptions, "rng"> {
  train: "low-rank";
  /** Stream of the initial values. Default `seeded(0)`. */
  rng?: Rng;
}

/**
 * Layers `fromLayer` and up (an encoder–decoder's: of the decoder) and the final norm train. They must be in float32.
 */
export interface TrainUpperLayers extends Common {
  train: "upper-layers";
  /** The lowest layer that trains, counted from 0; a decoder-only LM's from 1. Default: the upper half trains. */
  fromLayer?: number;
  /**
   * Decoder-only: prompts from `precomputePrompts`, called before this; the store stays the caller's. Default: the keys
   * and values of a prompt are computed when it first occurs, and kept within half of the machine's memory.
   */
  prompts?: PromptStore;
}

/** All parameters train. They must be in float32. */
export interface TrainWhole extends Common {
  train: "whole";
}

/** Options of `trainablePolicy`, by the way to train. */
export type TrainablePolicyOptions = TrainLowRank | TrainUpperLayers | TrainWhole;

/** A policy over responses, with what was made for it. */
export interface TrainablePolicy<M extends CausalLm | Seq2SeqLm = CausalLm | Seq2SeqLm> extends ResponsePolicy {
  /** What trains, for an optimizer or a trainer. */
  variables: tf.Variable[];
  /**
   * The LM as it was before training, frozen, for KL terms and reference logits. It shares the memory of what does not
   * train.
   */
  reference: M;
  /** The policy of that LM: it teacher-forces the examples that this policy has encoded. */
  referencePolicy: ResponsePolicy;
  /**
   * Ends the policy as `dispose` does, but first adds what low-rank updates learned to the LM's weights. Upper layers
   * and whole LMs train in place: for them the two are the same.
   */
  merge(): void;
  /**
   * Frees all that was made here: low-rank updates (save them first, `saveLowRank`), the reference and kept prompts.
   * Weights that trained keep their values and are frozen again. The LM stays the caller's. A second call does nothing.
   */
  dispose(): void;
}

const common = { batchTokens: orInfinity(integer(1)) };
const { rank, alpha, targets } = lowRankChecks;
const way = required(oneOf("low-rank", "upper-layers", "whole"));
const ways = {
  "low-rank": { train: way, rank, alpha, targets, rng: randomness, ...common } satisfies Checks<TrainLowRank>,
  "upper-layers": {
    train: way,
    fromLayer: integer(0),
    prompts: promptStoreCheck,
    ...common,
  } satisfies Checks<TrainUpperLayers>,
  whole: { train: way, ...common } satisfies Checks<TrainWhole>,
};

/**
 * Makes a loaded LM, decoder-only or encoder–decoder, a policy that trains: its low-rank updates, its upper layers, or
 * the whole of it. Features of response tokens, [T, D] each, come from the frozen LM: the last states, or, of a
 * decoder-only LM whose upper layers train, the states that go into `fromLayer`. Dispose the policy before the LM.
 *
 *     const policy = trainablePolicy(lm, { train: "low-rank", rank: 16 });
 *     const training = { policy, variables: policy.variables, references, objectives: [mle()], ...more };
 *     for await (const rows of trainWithReferences(training)) log.add(rows);
 *     policy.merge();
 *
 * Errors: an LM of another kind, or one of which something trains already; parameters in bfloat16 that are to train; a
 * layer that the LM does not have; an option out of range, misspelt or of another way to train. The LM is then as it
 * was.
 */
export function trainablePolicy<M extends CausalLm | Seq2SeqLm>(
  lm: M,
  options: TrainablePolicyOptions,
): TrainablePolicy<M> {
  checkOptionsOf(options);
  const fromLayer = checkedLayer(lm, options);
  const [already] = trainingNames(lm);
  if (already)
    fail("trainablePolicy", `${already} of ${lm.name} trains already`, "Freeze it, or merge its update, first.");
  const reference = frozenCopy(lm);
  let release: ((merge: boolean) => void) | undefined;
  let ended = false;
  const end = (merge: boolean) => {
    if (ended) return;
    ended = true;
    release?.(merge);
    reference.dispose();
  };
  try {
    const made = makeTrainable(lm, options, fromLayer);
    release = made.release;
    const { batchTokens } = options;
    const prompts =
      options.train === "upper-layers" && isDecoderOnly(reference) ? promptsOf(reference, options) : undefined;
    const [policy, referencePolicy] = [lm, reference].map(of =>
      policyOf(of, reference, { fromLayer, prompts, batchTokens }),
    );
    const ends = { merge: () => end(true), dispose: () => end(false) };
    return { ...policy, variables: made.variables, reference, referencePolicy, ...ends };
  } catch (error) {
    end(false);
    throw error;
  }
}

/** `train` first, then the options of that way, so that an option of another way is refused by name. */
function checkOptionsOf(options: TrainablePolicyOptions): void {
  const train = options?.train;
  if (!Object.hasOwn(ways, train ?? "")) checkOptions("trainablePolicy", { train }, { train: way });
  checkOptions(`trainablePolicy, train "${train}"`, options, ways[train] as Checks<TrainablePolicyOptions>);
}

const isDecoderOnly = (lm: CausalLm | Seq2SeqLm): lm is CausalLm => "family" in lm;

/** The lowest layer that trains where upper layers do, else 0. */
function checkedLayer(lm: CausalLm | Seq2SeqLm, options: TrainablePolicyOptions): number {
  if (typeof lm?.startDecoding !== "function")
    fail("trainablePolicy", "this model generates no text", "Load one with loadCausalLm or loadSeq2Seq.");
  if (options.train !== "upper-layers") return 0;
  const [layers, least] = isDecoderOnly(lm) ? [lm.config.layers, 1] : [lm.config.decoderLayers, 0];
  const { fromLayer = Math.floor(layers / 2) } = options;
  if (fromLayer < least || fromLayer >= layers)
    fail(
      "trainablePolicy",
      `fromLayer is ${fromLayer}, and ${lm.name} has ${layers} layers`,
      layers > least ? `Give a layer from ${least} to ${layers - 1}.` : 'Give train "low-rank" or "whole".',
    );
  if (options.prompts && !isDecoderOnly(lm))
    fail("trainablePolicy", `prompts are given, which ${lm.name} computes anew`, "Leave them out.");
  return fromLayer;
}

/** `release(true)` merges what can be merged. */
function makeTrainable(
  lm: CausalLm | Seq2SeqLm,
  options: TrainablePolicyOptions,
  fromLayer: number,
): { variables: tf.Variable[]; release: (merge: boolean) => void } {
  if (options.train === "low-rank") {
    const { rank, alpha, targets, rng = seeded(0) } = options;
    const updates = addLowRank(lm, { rank, alpha, targets, rng });
    return { variables: updates.variables, release: merge => (merge ? updates.merge() : updates.remove()) };
  }
  const which: Which = options.train === "whole" ? /./ : upperLayers(fromLayer);
  return { variables: trainable(lm, which), release: () => freeze(lm, which) };
}

const promptsOf = (frozen: CausalLm, { prompts }: TrainUpperLayers): PromptStore => prompts ?? promptsOnDemand(frozen);

/** The policy of an LM; with `prompts` that of its upper layers. */
function policyOf<M extends CausalLm | Seq2SeqLm>(
  lm: M,
  reference: M,
  options: { fromLayer: number; prompts?: PromptStore; batchTokens?: number },
): ResponsePolicy {
  const { fromLayer, prompts, batchTokens } = options;
  if (!isDecoderOnly(lm)) return seq2seqFullPolicy(lm, { frozen: reference as Seq2SeqLm, batchTokens });
  if (!prompts) return causalFullPolicy(lm, { frozen: reference as CausalLm, batchTokens });
  return upperLayersPolicy(lm, { prompts, fromLayer, batchTokens });
}
