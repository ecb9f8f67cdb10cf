import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { type ListsTable, listColumns } from "./lists-table";

/** Where preferences come from, each time that guidance is learned. */
export interface PreferenceSource<Policy = unknown> {
  name: string;
  /** Candidates in a list, at most. */
  listSize: number;
  /** The lists to learn from now; the policy is that which guidance will train. */
  next(policy: Policy, rng: Rng, how?: Following): Promise<ListsTable>;
  /** What it goes on from when training is resumed, as plain JSON. Default: nothing. */
  save?(): object;
  restore?(state: object): void;
}

/** Follows work that takes long, and stops it. */
export interface Following {
  onProgress?: (what: "sampling" | "encoding", done: number, total: number) => void;
  signal?: AbortSignal;
}

/** The same lists each time, say those of human judges. Errors: rows that are not in the order of `ListsTable`. */
export function givenLists(lists: ListsTable): PreferenceSource {
  const { starts } = listColumns("givenLists", lists);
  if (starts.length < 2) fail("givenLists", "there is no list", "Give at least one.");
  let listSize = 0;
  for (let i = 1; i < starts.length; i++) listSize = Math.max(listSize, starts[i] - starts[i - 1]);
  return { name: "givenLists", listSize, next: async () => lists };
}
