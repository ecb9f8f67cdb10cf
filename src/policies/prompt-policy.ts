// The prompt-generation policy: a frozen LM whose last hidden state passes a residual MLP adaptor before the head.

import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../backend/native-ops";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { type CausalLm, headRows } from "../models/causal/forward";
import { createMlp, type Mlp } from "../models/parts/mlp";
import { type FrozenStates, frozenStates } from "./frozen-states";

export interface PromptPolicy {
  model: CausalLm;
  promptTokens: number;
  /** The vocabulary of prompts: A token ids. A prompt is a row of places in this list ("actions"). */
  candidates: readonly number[];
  adaptor: Mlp;
  frozen: FrozenStates;
  /** The candidates' columns of the head. */
  head_DA: tf.Tensor2D;
  /** Logits over the candidates, [N, A], from last hidden states. Gradients go to the adaptor. */
  logits(states_ND: tf.Tensor2D): tf.Tensor2D;
  /** The same before any training: the LM itself. */
  referenceLogits(states_ND: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

export interface PromptPolicyOptions {
  candidates: readonly number[];
  /** Length of a prompt in tokens. Default 5, the paper's. */
  promptTokens?: number;
  /** What the LM reads before the prompt it writes. */
  context: readonly number[];
  /** Width of the adaptor's hidden layer. Default 1024. */
  adaptorWidth?: number;
  /** Which layer's input stands for a token in the guidance. Default half of the layers. */
  guidanceLayer?: number;
  rng: Rng;
}

/** A policy on a loaded LM, which stays the caller's. It starts as the LM itself, restricted to the candidates. */
export function createPromptPolicy(model: CausalLm, options: PromptPolicyOptions): PromptPolicy {
  const { candidates, promptTokens = 5, context, adaptorWidth = 1024, rng } = options;
  const { guidanceLayer = Math.round(model.config.layers / 2) } = options;
  if (new Set(candidates).size < Math.max(2, candidates.length))
    fail(
      "createPromptPolicy",
      `the ${candidates.length} candidates are not distinct tokens, at least two`,
      "Pass each token once.",
    );
  if (!(guidanceLayer >= 0 && guidanceLayer < model.config.layers))
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

/** Logits over the columns of the head, [N, A], from states that the adaptor has added to. Gradients go to the adaptor. */
export const adaptedLogits = (adaptor: Mlp, head_DA: tf.Tensor2D, states_ND: tf.Tensor2D): tf.Tensor2D =>
  tf.tidy(() => dense(adaptor.apply(states_ND, states_ND), head_DA, true));

/** A prompt's token ids and text from its actions. */
export const promptIds = (policy: PromptPolicy, actions: readonly number[]): number[] =>
  actions.map(action => policy.candidates[action]);
export const promptText = (policy: PromptPolicy, actions: readonly number[]): string =>
  policy.model.tokenizer.decode(promptIds(policy, actions));

/** Frozen last hidden states before each token of the prompts, [B, T, D]: what the policy decides on. */
export function promptStates(policy: PromptPolicy, prompts: readonly (readonly number[])[]): tf.Tensor3D {
  const prefixes = prompts.flatMap(prompt => prompt.map((_, t) => promptIds(policy, prompt.slice(0, t))));
  return stacked(policy.frozen.after(prefixes), prompts.length, policy);
}

/** Frozen mid-layer states at each token of the prompts, [B, T, D]: what the guidance sees of a token in its context. */
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
