// The policy that writes prompts: a frozen LM whose last hidden state passes a residual MLP (the adaptor) before the
// head.

import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../backend/native-ops";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, listOf, randomness, required } from "../core/options";
import type { Rng } from "../core/random";
import { type CausalLm, headRows } from "../models/causal/forward";
import { createMlp, type Mlp } from "../models/parts/mlp";
import { type FrozenStates, frozenStates } from "./frozen-states";

/** A policy over prompts of T tokens from A candidates. A prompt is T indices into the candidates ("actions"). */
export interface PromptPolicy {
  /** The LM, frozen. */
  model: CausalLm;
  /** T. */
  promptTokens: number;
  /** The vocabulary of prompts: A token ids. */
  candidates: readonly number[];
  /** What trains. */
  adaptor: Mlp;
  /** The frozen LM's states after the context. */
  frozen: FrozenStates;
  /** The candidates' columns of the head. */
  head_DA: tf.Tensor2D;
  /** Logits over the candidates, [N, A], from last hidden states. Gradients go to the adaptor. */
  logits(states_ND: tf.Tensor2D): tf.Tensor2D;
  /** The logits of the LM without the adaptor: the policy before any training. */
  referenceLogits(states_ND: tf.Tensor2D): tf.Tensor2D;
  /** Frees all but the model. */
  dispose(): void;
}

/** Options of `createPromptPolicy`. */
export interface PromptPolicyOptions {
  /** The vocabulary of prompts: at least two token ids, each once. */
  candidates: readonly number[];
  /** Length of a prompt in tokens, T. Default 5, the paper's. */
  promptTokens?: number;
  /** Token ids that the LM reads before it writes a prompt; at least one. */
  context: readonly number[];
  /** Width of the adaptor's hidden layer. Default 1024. */
  adaptorWidth?: number;
  /** The layer whose normed input is a token's feature for guidance, 0 to layers − 1. Default: half of the layers. */
  guidanceLayer?: number;
  /** Stream of the adaptor's initial values. */
  rng: Rng;
}

const promptPolicyChecks: Checks<PromptPolicyOptions> = {
  candidates: required(listOf(integer(0))),
  promptTokens: integer(1),
  context: required(listOf(integer(0))),
  adaptorWidth: integer(1),
  guidanceLayer: integer(0),
  rng: required(randomness),
};

/**
 * A policy over prompts on a loaded LM, which stays the caller's. It starts as the LM itself, restricted to the
 * candidates. Source: Yang et al. 2023, arXiv:2306.00398, after RLPrompt, Deng et al. 2022, arXiv:2205.12548.
 *
 * Errors: an option out of its range; candidates that repeat; an empty context; a guidance layer that the LM does not
 * have.
 */
export function createPromptPolicy(model: CausalLm, options: PromptPolicyOptions): PromptPolicy {
  checkOptions("createPromptPolicy", options, promptPolicyChecks);
  const { candidates, promptTokens = 5, context, adaptorWidth = 1024, rng } = options;
  const { guidanceLayer = Math.round(model.config.layers / 2) } = options;
  if (new Set(candidates).size < Math.max(2, candidates.length))
    fail(
      "createPromptPolicy",
      `the ${candidates.length} candidates are not distinct tokens, at least two`,
      "Pass each token once.",
    );
  if (guidanceLayer >= model.config.layers)
    fail("createPromptPolicy", `guidanceLayer is ${guidanceLayer}`, `Use one from 0 to ${model.config.layers - 1}.`);
  const frozen = frozenStates(model, context, guidanceLayer);
  const width = model.config.width;
  const adaptor = createMlp({ inputs: width, hidden: adaptorWidth, outputs: width, lastGain: 1e-4, rng });
  const head_DA = tf.tidy(() => tf.transpose(headRows(model, candidates)) as tf.Tensor2D);
  return {
    model,
    promptTokens,
    candidates,
    adaptor,
    frozen,
    head_DA,
    logits: states_ND => adaptedLogits(adaptor, head_DA, states_ND),
    referenceLogits: states_ND => tf.matMul(states_ND, head_DA) as tf.Tensor2D,
    dispose() {
      adaptor.dispose();
      head_DA.dispose();
      frozen.dispose();
    },
  };
}

/**
 * Logits over the columns of the head, [N, A], from states with the adaptor's output added. Gradients go to the
 * adaptor.
 */
export const adaptedLogits = (adaptor: Mlp, head_DA: tf.Tensor2D, states_ND: tf.Tensor2D): tf.Tensor2D =>
  tf.tidy(() => dense(adaptor.apply(states_ND, states_ND), head_DA, true));

/** The token ids of a prompt that is given as actions. */
export const promptIds = (policy: PromptPolicy, actions: readonly number[]): number[] =>
  actions.map(action => policy.candidates[action]);

/** The text of a prompt that is given as actions. */
export const promptText = (policy: PromptPolicy, actions: readonly number[]): string =>
  policy.model.tokenizer.decode(promptIds(policy, actions));

/**
 * Frozen last hidden states before each token of the prompts (rows of T actions), [B, T, D]: what the policy decides
 * on. The caller disposes them. Errors: context and prompt longer than the LM's context.
 */
export function promptStates(policy: PromptPolicy, prompts: readonly (readonly number[])[]): tf.Tensor3D {
  const prefixes = prompts.flatMap(prompt => prompt.map((_, t) => promptIds(policy, prompt.slice(0, t))));
  return stacked(policy.frozen.after(prefixes), prompts.length, policy);
}

/**
 * Frozen states of the guidance layer at each token of the prompts (rows of T actions), [B, T, D]: a token in its
 * context, for guidance. The caller disposes them. Errors: context and prompt longer than the LM's context.
 */
export function promptFeatures(policy: PromptPolicy, prompts: readonly (readonly number[])[]): tf.Tensor3D {
  const prefixes = prompts.flatMap(prompt => prompt.map((_, t) => promptIds(policy, prompt.slice(0, t + 1))));
  return stacked(policy.frozen.capturedAt(prefixes), prompts.length, policy);
}

function stacked(
  rows: Float32Array[],
  prompts: number,
  { promptTokens, frozen: { width } }: PromptPolicy,
): tf.Tensor3D {
  const flat = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) flat.set(row, i * width);
  return tf.tensor3d(flat, [prompts, promptTokens, width]);
}
