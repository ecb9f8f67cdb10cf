// The toy LM's corpus: reviews that it may see, with a continuation drawn anew in each epoch.

import type { ColumnTable } from "arquero";
import type { Rng } from "../../src/core/random";
import { bucketByTokens, chunks } from "../../src/text/batches";
import type { Tokenizer } from "../../src/text/tokenizer";
import { promptSettings } from "../prompt/settings";
import { continuation } from "./continuations";

export interface Review {
  id: string;
  text: string;
  rating: number;
  label: string;
}

/** A start token, a review and its continuation, and an end token, which is the same. */
export interface Document {
  ids: number[];
  /** How much the prediction of each token but the first counts. */
  weights: number[];
}

const endToken = 0;
/** A rating word among tokens of weight 1: what the toy is for should not drown in the rest of the text. */
const ratingWeight = 16;
const rows = 32;
/** Documents that are sorted by length together. */
const block = 512;

/** The reviews that experiments with the toy use. */
const isUnseen = ({ id }: Review) => Number(id) % promptSettings.toy.everyReview! === 0;

/** What the toy is trained on, and what not: the unseen reviews, and of the others those that repeat the text of one. */
export function parted(table: ColumnTable): { seen: Review[]; unseen: Review[] } {
  const key = ({ text }: Review) => text.toLowerCase().replace(/\W/g, "");
  const all = table.objects() as Review[];
  const unseen = all.filter(isUnseen);
  const keys = new Set(unseen.map(key));
  return { seen: all.filter(review => !keys.has(key(review))), unseen };
}

/** All reviews once, in batches of like lengths in random order. */
export function epoch(reviews: readonly Review[], { encode }: Tokenizer, rng: Rng): Document[][] {
  const documents = rng.shuffled(reviews).map(({ text, rating }) => {
    const { before, rating: word, after } = continuation(rating, rng);
    const [start, rated, end] = [encode(text + before), encode(word), [...encode(after), endToken]];
    return {
      ids: [endToken, ...start, ...rated, ...end],
      weights: [...start.map(() => 1), ...rated.map(() => ratingWeight), ...end.map(() => 1)],
    };
  });
  const batches = chunks(documents, block).flatMap(part =>
    bucketByTokens(
      part.map(({ ids }) => ids.length),
      Infinity,
      { rows },
    ).map(places => places.map(i => part[i])),
  );
  return rng.shuffled(batches);
}
