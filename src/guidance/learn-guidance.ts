// Guidance learning from texts, or from features of one's own.

import { checkOptions } from "../core/options";
import type { Rng } from "../core/random";
import type { CausalLm } from "../models/causal/forward";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import type { ListsTable } from "../preferences/lists-table";
import {
  type LearnedGuidance,
  type LearnOptions,
  type ListedCandidates,
  learnChecks,
  learnFromFeatures,
  type ScoredCandidates,
} from "./learn";
import { learnFromLists, type TextGuidance, type TextLearnOptions } from "./text-guidance";

/**
 * Learns a reward for every token from lists of texts (Yang et al. 2023, Section 2.1): an LM reads the distinct
 * candidates once, and a small reward model on its features of the response tokens is fitted so that the rewards'
 * aggregates order the responses as the lists do. The step that orders the held-out lists best is kept;
 * `heldOutAgreement` says how well.
 *
 *     const lists = fromTable(await readTable("pairs.csv"));
 *     const guidance = await learnGuidance(lm, lists, { aggregate: meanTokens(), rng: seeded(0) });
 *     await guidance.table(lists);                     // tokens and rewards of these or of any other texts
 *
 * The LM stays as it is, unless `variables` of it are to learn too. Equal seeds give equal rewards. Dispose the result
 * after use.
 *
 * Errors: those of the fit: too few lists, lists in which all is tied; a candidate without a token; features beyond
 * `maxBytes`; an option out of range.
 */
export async function learnGuidance(
  model: CausalLm | Seq2SeqLm,
  lists: ListsTable,
  options: TextLearnOptions,
): Promise<TextGuidance>;
/**
 * The same from features [N, T, D] of the tokens, with a score for each candidate or lists of their numbers: for states
 * of one's own, such as a policy's. The result gives rewards [B, T] of features [B, T, D].
 */
export async function learnGuidance(
  candidates: ScoredCandidates | ListedCandidates,
  rng: Rng,
  options: LearnOptions,
): Promise<LearnedGuidance>;
export async function learnGuidance(
  first: CausalLm | Seq2SeqLm | ScoredCandidates | ListedCandidates,
  second: ListsTable | Rng,
  options: TextLearnOptions | LearnOptions,
): Promise<TextGuidance | LearnedGuidance> {
  if ("features_NTD" in first) {
    checkOptions("learnGuidance", options, learnChecks);
    return learnFromFeatures(first, second as Rng, options);
  }
  return learnFromLists(first, second as ListsTable, options as TextLearnOptions);
}
