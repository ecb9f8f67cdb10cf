// Guidance of a prompt policy, learned from lists of prompts: those scored so far, or lists that are given.

import { fail } from "../../core/errors";
import type { Rng } from "../../core/random";
import { fitDefaults } from "../../guidance/fit";
import type { LearnedGuidance, LearnOptions } from "../../guidance/learn";
import { learnGuidance } from "../../guidance/learn-guidance";
import { type PromptPolicy, promptFeatures, promptIds } from "../../policies/prompt-policy";
import { type ListsTable, listsTable } from "../../preferences/lists-table";
import { numberLists } from "../../preferences/number-lists";
import type { PreferenceSource } from "../../preferences/source";
import type { Search } from "./search-part";

/** All prompts scored so far as one list, by their scores: candidates are compared in lists that are drawn from it. */
export const scoredSoFar = (
  { prompts, scores }: Search,
  { listSize = fitDefaults.listSize }: LearnOptions,
): PreferenceSource<PromptPolicy> => ({
  name: "prompts scored so far",
  listSize,
  next: async policy =>
    listsTable("trainPromptPolicy", {
      group: new Int32Array(prompts.length),
      order: scores.map(score => -score),
      prompt: prompts.map(() => ""),
      response: prompts.map(prompt => promptIds(policy, prompt)),
      score: scores,
      candidate: Int32Array.from(prompts.keys()),
    }),
});

/**
 * Guidance from lists of prompts, as texts or token ids. Errors: a prompt that the policy cannot write; those of
 * `learnGuidance`.
 */
export async function learnPromptGuidance(
  policy: PromptPolicy,
  table: ListsTable,
  rng: Rng,
  options: LearnOptions,
): Promise<LearnedGuidance> {
  const { lists, scores, candidates } = numberLists(table);
  const responses = candidates.array("response") as unknown[];
  const features_NTD = promptFeatures(
    policy,
    responses.map((response, row) => actionsOf(policy, response, row)),
  );
  try {
    return await learnGuidance(scores ? { features_NTD, scores } : { features_NTD, lists }, rng, options);
  } finally {
    features_NTD.dispose();
  }
}

/** A prompt's tokens as indices of the policy's vocabulary of prompts. */
function actionsOf(policy: PromptPolicy, prompt: unknown, row: number): number[] {
  const ids = typeof prompt === "string" ? policy.model.tokenizer.encode(prompt) : (prompt as readonly number[]);
  const actions = Array.from(ids, id => policy.candidates.indexOf(id));
  if (actions.length !== policy.promptTokens || actions.includes(-1))
    fail(
      "trainPromptPolicy",
      `prompt ${row} of the preferences, ${JSON.stringify(prompt)}, is not ${policy.promptTokens} of the policy's candidates`,
      "Give lists of prompts that this policy can write.",
    );
  return actions;
}
