import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { type ListColumns, type ListsTable, listColumns, listsTable } from "./lists-table";

/** A source of preferences, asked each time that guidance is learned. */
export interface PreferenceSource<Policy = unknown> {
  name: string;
  /** Candidates in a list, at most. */
  listSize: number;
  /** The lists to learn from now; the policy is the one that the guidance will train. */
  next(policy: Policy, rng: Rng, following?: Following): Promise<ListsTable>;
  /** Its options as plain JSON, so that training is not resumed with others. */
  settings?: object;
  /** Its state for a checkpoint, as plain JSON. Default: it has none. */
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

/**
 * The lists of several sources together, people's and the policy's own samples, say. Learning draws every list with
 * equal chance. Scores stay where all sources have them. Errors: no source.
 */
export function mixLists<Policy>(...sources: readonly PreferenceSource<Policy>[]): PreferenceSource<Policy> {
  if (sources.length === 0) fail("mixLists", "there is no source", "Give at least one.");
  return {
    name: `mixLists of ${sources.map(({ name }) => name).join(" and ")}`,
    listSize: Math.max(...sources.map(({ listSize }) => listSize)),
    async next(policy, rng, following) {
      const all: ListColumns[] = [];
      for (const [i, source] of sources.entries())
        all.push(listColumns(source.name, await source.next(policy, rng.split(`source ${i}`), following)));
      const values = (name: "prompt" | "response") => all.flatMap(columns => Array.from(columns[name]));
      let lists = 0;
      return listsTable("mixLists", {
        group: Int32Array.from(
          all.flatMap(({ starts }) =>
            Array.from(starts.slice(1), (end, i) => Array<number>(end - starts[i]).fill(lists++)).flat(),
          ),
        ),
        order: all.flatMap(({ rank }) => Array.from(rank)),
        prompt: values("prompt"),
        response: values("response"),
        ...(all.every(({ score }) => score) && { score: all.flatMap(({ score }) => Array.from(score!)) }),
      });
    },
    save: () => ({ sources: sources.map(source => source.save?.() ?? {}) }),
    restore(state) {
      for (const [i, saved] of (state as { sources: object[] }).sources.entries()) sources[i].restore?.(saved);
    },
  };
}
