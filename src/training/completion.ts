/** A text that the LM wrote, with the rewards of its tokens and the score of the whole. */
export interface Completion {
  /** Policy updates before it. */
  step: number;
  /** What it answers; empty where all answer the same. */
  prompt: string;
  text: string;
  tokens: string[];
  /** The guidance's reward of each token; empty before there is a guidance. */
  rewards: number[];
  /** The credit of each token in the update, of `trainWithSamples`. */
  credits?: number[];
  score: number;
}
