/** A text that the LM wrote, what its tokens were paid and what the whole was worth. */
export interface Completion {
  /** Policy updates before it. */
  step: number;
  /** What it answers; empty where all answer the same. */
  prompt: string;
  text: string;
  tokens: string[];
  /** The guidance's reward of each token; empty before there is a guidance. */
  rewards: number[];
  score: number;
}
