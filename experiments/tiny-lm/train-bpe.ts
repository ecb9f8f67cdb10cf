// Trains a byte-level BPE tokenizer, in the form of a tokenizer.json.

import { byteLetters } from "../../src/text/byte-letters";
import { createPreTokenizer } from "../../src/text/pre-tokenizers";

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

interface Word {
  parts: string[];
  count: number;
}

/** For each pair of adjacent tokens, joined by a space: how often it occurs, and in which words. */
type Pairs = Map<string, { count: number; words: Set<Word> }>;

/**
 * The content of a tokenizer.json with at most `size` tokens: `special` as token 0, the 256 bytes, and one token for
 * each merge of the most frequent adjacent pair, ties broken by code units. Source: Sennrich et al. 2016,
 * arXiv:1508.07909, Algorithm 1.
 */
export function trainBpe(texts: Iterable<string>, { size, special }: { size: number; special: string }) {
  const preTokenize = createPreTokenizer(byteLevel, "trainBpe");
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of preTokenize({ text, first: true })) counts.set(word.text, (counts.get(word.text) ?? 0) + 1);
  const words = [...counts].map(([word, count]): Word => ({ parts: [...word], count }));

  const tokens = [special, ...byteLetters];
  const merges: string[] = [];
  const pairs: Pairs = new Map();
  for (const word of words) addPairs(pairs, word);
  while (tokens.length < size && pairs.size > 0) {
    const pair = mostFrequent(pairs);
    const [left, right] = pair.split(" ");
    merges.push(pair);
    tokens.push(left + right);
    for (const word of [...pairs.get(pair)!.words]) {
      removePairs(pairs, word);
      word.parts = merged(word.parts, left, right);
      addPairs(pairs, word);
    }
  }
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      { id: 0, content: special, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

const adjacentPairs = ({ parts }: Word) => parts.slice(1).map((right, i) => `${parts[i]} ${right}`);

function addPairs(pairs: Pairs, word: Word) {
  for (const pair of adjacentPairs(word)) {
    const entry = pairs.get(pair) ?? { count: 0, words: new Set() };
    entry.count += word.count;
    entry.words.add(word);
    pairs.set(pair, entry);
  }
}

function removePairs(pairs: Pairs, word: Word) {
  for (const pair of adjacentPairs(word)) {
    const entry = pairs.get(pair)!;
    entry.count -= word.count;
    entry.words.delete(word);
    if (entry.count === 0) pairs.delete(pair);
  }
}

function mostFrequent(pairs: Pairs): string {
  let [best, most] = ["", 0];
  for (const [pair, { count }] of pairs)
    if (count > most || (count === most && pair < best)) [best, most] = [pair, count];
  return best;
}

function merged(parts: readonly string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const joins = parts[i] === left && parts[i + 1] === right;
    out.push(joins ? left + right : parts[i]);
    if (joins) i++;
  }
  return out;
}
