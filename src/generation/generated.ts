// The results of generation.

/** A generated sequence. */
export interface Generated {
  /** The index of the input. */
  input: number;
  /** Which of the input's sequences; after a beam search, 0 is the best. */
  sample: number;
  /** The new tokens, with the stop token. */
  ids: number[];
  /**
   * Of each token under the model's own distribution, as a teacher-forced pass gives it: no penalty, temperature or
   * filter.
   */
  logProbs: number[];
  /** The new text, without special tokens and before a stop string. */
  text: string;
  /** How it ended: by a stop token or string, or by its length. */
  finished: "stop" | "length";
  /** After a beam search: Σ log-probability / length^lengthPenalty. Penalties for repetition count in it. */
  score?: number;
}

/** One token of one sequence. */
export interface GeneratedToken {
  /** The index of the input. */
  input: number;
  /** Which of the input's sequences. */
  sample: number;
  id: number;
  /** Under the model's own distribution: no penalty, temperature or filter. */
  logProb: number;
  /**
   * The text that is certain now: characters whose bytes are not all there, and what may begin a stop string, are held
   * back.
   */
  text: string;
  /** On the sequence's last token: how it ended. */
  finished?: Generated["finished"];
}
