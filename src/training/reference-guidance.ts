// Guidance of a policy over responses: learned anew from a source of preferences as training goes on, or learned before.

import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../core/mean";
import { above, atLeast, type Checks, callback, fields, made, orInfinity, required } from "../core/options";
import type { Rng } from "../core/random";
import { type LearnedGuidance, type LearnOptions, restoreGuidance } from "../guidance/learn";
import { learnFromStored } from "../guidance/learn-stored";
import type { TextGuidance } from "../guidance/text-guidance";
import { encodeExample } from "../policies/encode-examples";
import { responseFeatures } from "../policies/response-features";
import type { EncodedExamples, Example, ResponsePolicy } from "../policies/response-policy";
import { numberLists } from "../preferences/number-lists";
import type { PreferenceSource } from "../preferences/source";
import { padRight } from "../text/batches";
import type { Completion } from "./completion";
import type { RewardTransform } from "./reward-controls";
import { copies, type MeasuredGuidance, measuredGuidance } from "./saved-guidance";
import type { TrainingPart } from "./train-policy";

/** Guidance that is learned as training goes on. */
export interface GuidanceTraining {
  /** What it learns from each time: lists that are given, the policy's samples ranked by a score, or both. */
  preferences: PreferenceSource<ResponsePolicy>;
  learn: LearnOptions;
  /** Relearned every `every` epochs in [from, until). Before that all rewards are 1. Defaults 0.5, 0 and 2, the paper's. */
  every?: number;
  from?: number;
  until?: number;
  /** Changes the rewards of references' tokens, for controls. */
  transform?: RewardTransform;
  /** Gets the candidates that it was learned from, with its rewards, for a run log's completions. */
  onSamples?(completions: Completion[]): void;
  /** Called with the tokens sampled and the candidates read. */
  onProgress?(what: "sampling" | "encoding", done: number, total: number): void;
}

/** Defaults of `GuidanceTraining`, in epochs. */
export const relearningDefaults = { every: 0.5, from: 0, until: 2 } as const;

const guidanceChecks: Checks<GuidanceTraining> = {
  preferences: required(made("a source of preferences, such as rankSamples(…) or givenLists(…)", "name", "next")),
  learn: required(made("options of learnGuidance", "aggregate")),
  every: above(0),
  from: atLeast(0),
  until: orInfinity(atLeast(0)),
  transform: callback,
  onSamples: callback,
  onProgress: callback,
};

/** What a trainer asks of a guidance. */
export interface TrainedGuidance {
  /** Rewards [B, T] of these examples' tokens; all 1 before it has been learned. */
  rewards(encoded: EncodedExamples, rows: readonly number[]): tf.Tensor2D;
  /** Makes ready for rewards of these examples, which are not references. */
  prepare?(examples: readonly Example[]): Promise<void>;
  /** Learns it from the source; returns what is logged. Errors: those of the source and of `learnGuidance`. */
  learn(step: number, rng: Rng, countCompletions: (completions: number) => void): Promise<Record<string, number>>;
  part: TrainingPart;
  dispose(): void;
}

export const guidanceTrainingCheck = fields(guidanceChecks);

/** The guidance that learns from a source. */
export function sourceGuidance(policy: ResponsePolicy, options: GuidanceTraining, signal?: AbortSignal): TrainedGuidance {
  const { preferences, learn, onProgress, onSamples } = options;
  let learned: LearnedGuidance | undefined;
  const rewards = (encoded: EncodedExamples, rows: readonly number[]) =>
    tf.tidy(() => {
      const { features_BTD, mask_BT } = policy.features(encoded, rows);
      return learned ? learned.rewards(features_BTD, mask_BT) : mask_BT;
    });
  return {
    rewards,
    async learn(step, rng, countCompletions) {
      const table = await preferences.next(policy, rng, { onProgress, signal });
      const { lists, scores, candidates } = numberLists(table);
      const [prompts, responses] = [candidates.array("prompt"), candidates.array("response")] as ArrayLike<unknown>[];
      const encoder = { ...policy.generator, tokenizer: policy.generator.tokenizer, name: policy.name };
      const examples = Array.from(responses, (response, row) =>
        encodeExample(encoder, { prompt: prompts[row], response }, row),
      );
      const features = await responseFeatures(policy, examples, {
        ...{ maxBytes: Infinity, signal },
        onProgress: (done, total) => onProgress?.("encoding", done, total),
      });
      const listSize = learn.listSize ?? preferences.listSize;
      const next = await learnFromStored(features, scores ?? lists, rng.split("guidance"), { signal, ...learn, listSize });
      learned?.dispose();
      learned = next;
      const [score] = table.column("score") ? [table.array("score") as ArrayLike<number>] : [];
      if (onSamples) {
        const scoreOf = new Map(Array.from(lists.order, (candidate, row) => [candidate, score?.[row] ?? Number.NaN]));
        onSamples(
          examples.map(({ prompt, response }, n): Completion => {
            const own = features.rows([n]);
            const rewards = [...tf.tidy(() => learned!.rewards(own.features_BTD, own.mask_BT).dataSync())];
            tf.dispose([own.features_BTD, own.mask_BT]);
            const { tokenizer } = policy.generator;
            const text = tokenizer.decode(response, { skipSpecial: true });
            const tokens = response.map(id => tokenizer.token(id));
            return { step, prompt: tokenizer.decode(prompt), text, tokens, rewards, score: scoreOf.get(n)! };
          }),
        );
        countCompletions(examples.length);
      }
      const { loss, heldOutAgreement, bestStep } = learned;
      return {
        ...{ listwise: loss, "held-out agreement": heldOutAgreement, "best step": bestStep },
        ...(score && { "sample score": mean(Array.from(score)) }),
        "sample length": mean(examples.map(({ response }) => response.length)),
      };
    },
    part: {
      save: () => ({
        state: { ...(learned && { learned: measuredGuidance(learned) }), source: preferences.save?.() },
        tensors: learned ? copies(learned.tensors) : {},
      }),
      restore({ state, tensors }) {
        const saved = state as { learned?: MeasuredGuidance; source?: object };
        if (saved.source) preferences.restore?.(saved.source);
        if (saved.learned) learned = restoreGuidance({ ...saved.learned, tensors }, learn);
      },
    },
    dispose: () => learned?.dispose(),
  };
}

/** The guidance that was learned before; the rewards of the references are computed once. It stays the caller's. */
export async function givenGuidance(guidance: TextGuidance, references: readonly Example[]): Promise<TrainedGuidance> {
  const key = ({ prompt, response }: Example) => `${prompt.join()};${response.join()}`;
  async function rewardsByKey(examples: readonly Example[]): Promise<Map<string, Float32Array>> {
    const all = examples.map(({ prompt, response }) => ({ prompt, response }));
    const rewards = await guidance.rewards(all);
    return new Map(all.map((example, n) => [key(example), rewards[n]]));
  }
  const known = await rewardsByKey(references);
  let latest = new Map<string, Float32Array>();
  return {
    async prepare(examples) {
      latest = await rewardsByKey(examples);
    },
    rewards({ examples }, rows) {
      const own = rows.map(row => examples[row]);
      const { ids } = padRight(own.map(({ response }) => response));
      const [B, T] = [rows.length, ids[0].length];
      const out = new Float32Array(B * T);
      for (const [b, example] of own.entries()) out.set((known.get(key(example)) ?? latest.get(key(example)))!, b * T);
      return tf.tensor2d(out, [B, T]);
    },
    learn: async () => ({}),
    part: { save: () => ({ state: {}, tensors: {} }), restore() {} },
    dispose() {},
  };
}
