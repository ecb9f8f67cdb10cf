// The toy LM's corpus: the training reviews, with continuations drawn anew in each epoch.

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

/** A review and its continuation between start and end tokens, which are the same token. */
export interface Document {
  ids: number[];
  /** Loss weight of each token but the first. */
  weights: number[];
}

const endToken = 0;
/** Loss weight of a rating word; other tokens have 1. The task would otherwise be a small part of the loss. */
const ratingWeight = 16;
const batchSize = 32;
/** Documents that are bucketed by length together. */
const bucketSize = 512;

/** Whether experiments with the toy LM use the review, so that it must not be trained on. */
const isUnseen = ({ id }: Review) => Number(id) % promptSettings.toy.everyReview! === 0;

/**
 * Splits the reviews into those to train on and unseen ones. Reviews that repeat the text of an unseen one are dropped.
 */
export function splitReviews(table: ColumnTable): { seen: Review[]; unseen: Review[] } {
  const key = ({ text }: Review) => text.toLowerCase().replace(/\W/g, "");
  const all = table.objects() as Review[];
  const unseen = all.filter(isUnseen);
  const keys = new Set(unseen.map(key));
  return { seen: all.filter(review => !keys.has(key(review))), unseen };
}

/** An epoch: all reviews once, in batches of similar lengths, in random order. */
export function epoch(reviews: readonly Review[], { encode }: Tokenizer, rng: Rng): Document[][] {
  const documents = rng.shuffled(reviews).map(({ text, rating }) => {
    const { before, rating: word, after } = continuation(rating, rng);
    const [start, rated, end] = [encode(text + before), encode(word), [...encode(after), endToken]];
    return {
      ids: [endToken, ...start, ...rated, ...end],
      weights: [...start.map(() => 1), ...rated.map(() => ratingWeight), ...end.map(() => 1)],
    };
  });
  const batches = chunks(documents, bucketSize).flatMap(part =>
    bucketByTokens(
      part.map(({ ids }) => ids.length),
      Infinity,
      { rows: batchSize },
    ).map(indices => indices.map(i => part[i])),
  );
  return rng.shuffled(batches);
}
