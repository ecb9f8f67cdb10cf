// Which reviews serve what: no review serves two purposes.

/** `train`: prompts, and what guidance learns from; `judge`: what the judge learns from; `heldOut`: what measures. */
export type ReviewPart = "train" | "judge" | "heldOut";

/** Whether the review with this id is of the part. The toy LM was not trained on the reviews that are held out. */
export const isOf = (part: ReviewPart, id: number): boolean =>
  (id % 5 === 0 ? "heldOut" : id % 5 < 3 ? "train" : "judge") === part;
