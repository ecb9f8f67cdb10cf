// Guidance from the order of a policy's own samples: drawn, scored and learned from anew as the policy moves.

import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import { generate } from "../generation/generate";
import type { GenerateOptions, Sampling } from "../generation/options";
import { fitDefaults } from "../guidance/fit";
import { type LearnedGuidance, type LearnOptions, learnGuidance, restoreGuidance } from "../guidance/learn";
import type { EncodedExamples, Example, ResponsePolicy } from "../policies/response-policy";
import type { RankedLists } from "../preferences/lists";
import { type Score, scoresOf } from "../preferences/score";
import { chunks } from "../text/batches";
import type { Completion } from "./completion";
import type { RewardTransform } from "./reward-controls";
import { copies, type MeasuredGuidance, measuredGuidance } from "./saved-guidance";
import type { TrainingPart } from "./train-policy";

/** A text that the policy wrote for the context of a reference, by the reference's number. */
export interface Rated {
  reference: number;
  text: string;
}

/** What `GuidanceFromSamples` has where it says nothing. */
export const fromSamplesDefaults = { prompts: 1000, every: 0.5, from: 0, until: 2 } as const;

export interface GuidanceFromSamples {
  /** Ranks the policy's samples for a context, say by their METEOR against its reference. */
  score: Score<Rated>;
  /** `listSize` is the number of samples for each context (K). */
  learn: LearnOptions;
  /** How they are drawn: every option of `generate` but samples. */
  sampling: Omit<Sampling, "rng"> & Pick<GenerateOptions, "maxNewTokens" | "batchTokens">;
  /** Contexts that samples are drawn for, others each time. Default: all, but at most 1000: the features of all samples are in memory together. */
  prompts?: number;
  /** It is learned at epoch `from` and every so many epochs after it, below `until`; until it is, tokens are paid 1. Defaults 0.5, 0 and 2, the paper's. */
  every?: number;
  from?: number;
  until?: number;
  /** Changes what the tokens of references are paid, for controls. */
  transform?: RewardTransform;
  /** Gets the samples that it is learned from, paid by it, for a run log's completions. */
  onSamples?(completions: Completion[]): void;
  /** Told of the tokens sampled and the samples read. */
  onProgress?(what: "sampling" | "reading", done: number, total: number): void;
}

/** The policy's own answers and their texts. */
interface Drawn {
  answers: Example[];
  texts: string[];
}

export interface SampleGuidance {
  /** Learns it from fresh samples; what it measured. Errors: those of `generate`, `scoresOf` and `learnGuidance`. */
  learn(step: number, rng: Rng, handedOut: (completions: number) => void): Promise<Record<string, number>>;
  /** Rewards [B,T] of these answers' tokens; of all 1 before it has been learned. */
  rewards(read: EncodedExamples, rows: readonly number[]): tf.Tensor2D;
  /** So many answers to the contexts of each of these references. */
  draw(references: readonly number[], samples: number, rng: Rng): Promise<Drawn>;
  part: TrainingPart;
  dispose(): void;
}

export function sampleGuidance(
  policy: ResponsePolicy,
  references: readonly Example[],
  options: GuidanceFromSamples,
  signal?: AbortSignal,
): SampleGuidance {
  const { score, learn, sampling, prompts = fromSamplesDefaults.prompts, onProgress, onSamples } = options;
  const { listSize = fitDefaults.listSize } = learn;
  let learned: LearnedGuidance | undefined;

  async function draw(chosen: readonly number[], samples: number, rng: Rng): Promise<Drawn> {
    const { maxNewTokens, batchTokens, ...how } = sampling;
    const inputs = chosen.map(place => references[place].prompt);
    const written = await generate(policy.generator, inputs, {
      ...{ maxNewTokens, batchTokens, samples, sampling: { ...how, rng }, signal },
      onProgress: (done, total) => onProgress?.("sampling", done, total),
    });
    const answers = written.map(({ input, ids }) => ({ prompt: inputs[input], response: ids }));
    return { answers, texts: written.map(({ text }) => text) };
  }

  function rewards(read: EncodedExamples, rows: readonly number[]): tf.Tensor2D {
    return tf.tidy(() => {
      const { features_BTD, mask_BT } = policy.features(read, rows);
      return learned ? learned.rewards(features_BTD, mask_BT) : mask_BT;
    });
  }

  function completions({ answers, texts }: Drawn, samples: EncodedExamples, scores: ArrayLike<number>, step: number) {
    const { tokenizer } = policy.generator;
    return answers.map(({ prompt, response }, n): Completion => {
      const paid = tf.tidy(() => [...rewards(samples, [n]).dataSync()]);
      const tokens = response.map(tokenizer.token);
      return { step, prompt: tokenizer.decode(prompt), text: texts[n], tokens, rewards: paid, score: scores[n] };
    });
  }

  return {
    draw,
    rewards,
    async learn(step, rng, handedOut) {
      const chosen = rng.split("contexts").shuffled(references.keys()).slice(0, prompts);
      const drawn = await draw(chosen, listSize, rng.split("samples"));
      const { answers, texts } = drawn;
      const rated = texts.map((text, n) => ({ reference: chosen[Math.floor(n / listSize)], text }));
      const scores = await scoresOf("trainWithReferences", score, rated);
      const samples = await policy.encode(answers, (done, total) => onProgress?.("reading", done, total));
      const { features_BTD: features_NTD, mask_BT: mask_NT } = policy.features(samples, [...answers.keys()]);
      try {
        const candidates = { features_NTD, mask_NT, lists: listsOf(scores, listSize) };
        const next = await learnGuidance(candidates, rng.split("guidance"), { signal, ...learn });
        learned?.dispose();
        learned = next;
      } finally {
        tf.dispose([features_NTD, mask_NT]);
      }
      if (onSamples) {
        onSamples(completions(drawn, samples, scores, step));
        handedOut(answers.length);
      }
      const { loss, heldOutAgreement, bestStep } = learned;
      return {
        ...{ listwise: loss, "held-out agreement": heldOutAgreement, "best step": bestStep },
        ...{ "sample score": mean(scores), "sample length": mean(answers.map(({ response }) => response.length)) },
      };
    },
    part: {
      save: () => ({
        state: learned ? measuredGuidance(learned) : {},
        tensors: learned ? copies(learned.tensors) : {},
      }),
      restore({ state, tensors }) {
        if (Object.keys(tensors).length > 0)
          learned = restoreGuidance({ ...(state as MeasuredGuidance), tensors }, learn);
      },
    },
    dispose: () => learned?.dispose(),
  };
}

/** Lists of neighbours, best first, from their scores. */
function listsOf(scores: ArrayLike<number>, listSize: number): RankedLists {
  const all = chunks([...Array(scores.length).keys()], listSize);
  const lists = all.map(list => list.sort((a, b) => scores[b] - scores[a]));
  const rank = (list: number[], n: number) => 1 + list.findIndex(m => scores[m] === scores[n]);
  return {
    order: Int32Array.from(lists.flat()),
    ranks: Int32Array.from(lists.flatMap(list => list.map(n => rank(list, n)))),
    starts: Int32Array.from({ length: lists.length + 1 }, (_, n) => n * listSize),
    groups: Int32Array.from(lists.keys()),
  };
}
