// Guidance of a policy over responses: learned anew from a source of preferences as training goes on, or learned
// before.

import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../core/mean";
import { above, atLeast, type Checks, callback, fields, made, orInfinity, required } from "../core/options";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { noOrder } from "../guidance/held-out";
import { type LearnedGuidance, type LearnOptions, learnChecks, restoreGuidance } from "../guidance/learn";
import { learnFromStored } from "../guidance/learn-stored";
import type { TextGuidance } from "../guidance/text-guidance";
import { encodeExamples } from "../policies/encode-examples";
import { responseFeatures } from "../policies/response-features";
import type { EncodedExamples, Example, ResponseFeatures, ResponsePolicy } from "../policies/response-policy";
import { paddedRows } from "../policies/token-rows";
import { numberLists } from "../preferences/number-lists";
import type { PreferenceSource } from "../preferences/source";
import type { Completion } from "./completion";
import type { TrainingPart } from "./policy-training";
import type { RewardTransform } from "./reward-controls";
import { copies, type MeasuredGuidance, measuredGuidance } from "./saved-guidance";

/** Guidance that is learned as training goes on. */
export interface GuidanceTraining {
  /** What it learns from each time: lists that are given, the policy's samples ranked by a score, or both. */
  preferences: PreferenceSource<ResponsePolicy>;
  learn: LearnOptions;
  /**
   * Relearned every `every` epochs in [from, until). Before that all rewards are 1. Defaults 0.5, 0 and 2, the
   * paper's.
   */
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
  learn: required(fields(learnChecks)),
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
  /** Whether it has been learned. */
  learned(): boolean;
  /** Makes ready for rewards of these examples, which are not references. */
  prepare?(examples: readonly Example[]): Promise<void>;
  /**
   * Learns it from the source; returns what is logged: "no order" 1 where the lists have too little to learn from,
   * and the guidance stays as it was.
   * Errors: those of the source and of `learnGuidance`.
   */
  learn(step: number, rng: Rng, countCompletions: (completions: number) => void): Promise<Record<string, number>>;
  part: TrainingPart;
  dispose(): void;
}

export const guidanceTrainingCheck = fields(guidanceChecks);

/** The guidance that learns from a source. */
export function sourceGuidance(
  policy: ResponsePolicy,
  options: Pick<GuidanceTraining, "preferences" | "learn" | "onProgress" | "onSamples">,
  signal?: AbortSignal,
): TrainedGuidance {
  const { preferences, learn, onProgress, onSamples } = options;
  let learned: LearnedGuidance | undefined;
  const rewardsOf = ({ features_BTD, mask_BT }: ResponseFeatures): tf.Tensor2D =>
    learned ? learned.rewards(features_BTD, mask_BT) : mask_BT;
  return {
    rewards: (encoded, rows) => tf.tidy(() => rewardsOf(policy.features(encoded, rows))),
    learned: () => learned !== undefined,
    async learn(step, rng, countCompletions) {
      const table = await preferences.next(policy, rng, { onProgress, signal });
      const { lists, scores, candidates } = numberLists(table);
      const examples = encodeExamples(policy, candidates);
      const features = await responseFeatures(policy, examples, {
        maxBytes: Infinity,
        signal,
        onProgress: (done, total) => onProgress?.("encoding", done, total),
      });
      const listSize = learn.listSize ?? preferences.listSize;
      const fresh = await learnFromStored(features, scores ?? lists, rng.split("guidance"), {
        signal,
        ...learn,
        listSize,
      }).catch((error: Error) => {
        if (error.cause !== noOrder) throw error;
        return undefined; // this draw says nothing: what was learned before stays
      });
      if (fresh) {
        learned?.dispose();
        learned = fresh;
      }
      const score = table.column("score") ? Array.from(table.array("score") as ArrayLike<number>) : undefined;
      if (onSamples) {
        const each = examples.map((example, n) =>
          completionOf(policy, example, [...read(() => rewardsOf(features.rows([n])))]),
        );
        onSamples(Array.from(lists.order, (n, row) => ({ ...each[n], step, score: score?.[row] ?? Number.NaN })));
        countCompletions(lists.order.length);
      }
      return {
        ...(fresh
          ? { listwise: fresh.loss, "held-out agreement": fresh.heldOutAgreement, "best step": fresh.bestStep }
          : { "no order": 1 }),
        ...(score && { "sample score": mean(score) }),
        "sample length": mean(Array.from(lists.order, n => examples[n].response.length)),
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

const completionOf = (
  { generator: { tokenizer } }: ResponsePolicy,
  { prompt, response }: Example,
  rewards: number[],
): Omit<Completion, "step" | "score"> => ({
  prompt: tokenizer.decode(prompt),
  text: tokenizer.decode(response, { skipSpecial: true }),
  tokens: response.map(id => tokenizer.token(id)),
  rewards,
});

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
      const T = Math.max(...own.map(({ response }) => response.length));
      return paddedRows(
        own.map(example => (known.get(key(example)) ?? latest.get(key(example)))!),
        T,
      );
    },
    learned: () => true,
    learn: async () => ({}),
    part: { save: () => ({ state: {}, tensors: {} }), restore() {} },
    dispose() {},
  };
}
