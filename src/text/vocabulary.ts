// The model of a tokenizer.json: from a word to tokens of the vocabulary.

import { BPE, WordPiece } from "@huggingface/tokenizers";
import { fail } from "../core/errors";
import { createUnigram } from "./unigram";

/** A token of a word. */
export interface Token {
  id: number;
  /** As written in the vocabulary; an unknown piece as written in the word, if the model keeps it. */
  text: string;
}

/** A vocabulary and its model. */
export interface Vocabulary {
  ids: Map<string, number>;
  /** Token of pieces that are not in the vocabulary. */
  unknown?: string;
  /** The tokens of a word. */
  tokenize(word: string): Token[];
}

type Refuse = (found: string, remedy?: string) => never;

/**
 * The vocabulary of a model. Errors: a model other than BPE, WordPiece and Unigram; a missing or malformed vocabulary
 * or merges.
 */
export function createVocabulary(model: any, where: string): Vocabulary {
  const refuse: Refuse = (found, remedy = "Fetch the file again.") => fail(where, `its model ${found}`, remedy);
  const kind = model.type ?? kindByParts(model);
  const vocabulary =
    kind === "BPE"
      ? bpe(model, refuse)
      : kind === "WordPiece"
        ? wordPiece(model, refuse)
        : kind === "Unigram"
          ? unigram(model, refuse)
          : refuse(`is of kind "${kind}"`, "Known are BPE, WordPiece and Unigram.");
  return { ...vocabulary, tokenize: remembered(vocabulary.tokenize) };
}

function bpe(model: any, refuse: Refuse): Vocabulary {
  const ids = readIds(model.vocab, refuse);
  const merges = model.merges;
  if (!Array.isArray(merges) || !merges.every(isMerge)) refuse("lacks a list of merges, pairs of texts");
  if (model.dropout) refuse("drops merges at random", "Use a BPE without dropout.");
  if (model.continuing_subword_prefix) refuse("marks continued words", "Use a BPE without continuing_subword_prefix.");
  const library = new BPE({ ...model, fuse_unk: false });
  const unknown: string | undefined = model.unk_token ?? undefined;
  const isFused = (text: string, before?: string) => model.fuse_unk && text === unknown && before === unknown;
  // Letters without a token are removed before the others are merged.
  const drops = unknown === undefined && !model.byte_fallback && !model.end_of_word_suffix;
  const known = (word: string) => Array.from(word, letter => (ids.has(letter) ? letter : "")).join("");
  return {
    ids,
    unknown,
    tokenize(word) {
      const whole = model.ignore_merges && ids.has(word);
      const texts = library.encode([drops && !whole ? known(word) : word]);
      return texts
        .filter((text, i) => !isFused(text, texts[i - 1]))
        .map(text => ({ id: ids.get(text) ?? refuse(`has no token "${text}" for unknown pieces`), text }));
    },
  };
}

function wordPiece(model: any, refuse: Refuse): Vocabulary {
  const ids = readIds(model.vocab, refuse);
  const unknown: string = model.unk_token ?? "[UNK]";
  if (!ids.has(unknown)) refuse(`has no token "${unknown}" for unknown pieces`);
  const library = new WordPiece({ continuing_subword_prefix: "##", ...model, unk_token: unknown });
  return { ids, unknown, tokenize: word => library.encode([word]).map(text => ({ id: ids.get(text)!, text })) };
}

function unigram({ vocab, unk_id, byte_fallback }: any, refuse: Refuse): Vocabulary {
  if (!Array.isArray(vocab) || !vocab.every(isScored)) refuse("lacks a list of pieces with their scores");
  if (!vocab[unk_id]) refuse(`has the unk_id ${unk_id}, which is not the id of a piece`);
  const ids = new Map<string, number>(vocab.map(([piece]: [string], id: number) => [piece, id]));
  const cut = createUnigram({ vocab, unk_id });
  const asToken = (text: string): Token => ({ id: ids.get(text) ?? unk_id, text });
  const asBytes = (text: string): string[] | undefined => {
    const bytes = [...Buffer.from(text)].map(byteToken);
    return byte_fallback && bytes.every(byte => ids.has(byte)) ? bytes : undefined;
  };
  return {
    ids,
    unknown: vocab[unk_id][0],
    tokenize: word => cut(word).flatMap(text => ((!ids.has(text) && asBytes(text)) || [text]).map(asToken)),
  };
}

const byteToken = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** The kind of a model in files from before 2021, which do not name it. */
const kindByParts = (model: object) =>
  "merges" in model
    ? "BPE"
    : "unk_id" in model
      ? "Unigram"
      : "max_input_chars_per_word" in model
        ? "WordPiece"
        : undefined;

const isMerge = (merge: unknown) =>
  typeof merge === "string" ||
  (Array.isArray(merge) && merge.length === 2 && merge.every(part => typeof part === "string"));

const isScored = (entry: unknown) =>
  Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";

function readIds(vocab: unknown, refuse: (found: string) => never): Map<string, number> {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab))
    return refuse("lacks a vocabulary of tokens and their ids");
  const entries = Object.entries(vocab as Record<string, number>);
  const bad = entries.find(([, id]) => !Number.isSafeInteger(id) || id < 0);
  if (bad) refuse(`gives ${JSON.stringify(bad[0])} the id ${JSON.stringify(bad[1])}, not a whole number of 0 or more`);
  return new Map(entries);
}

const rememberedWords = 65_536;
const longestRemembered = 64;

/** Caches the tokens of words, as words recur. */
function remembered(tokenize: (word: string) => Token[]): (word: string) => Token[] {
  const known = new Map<string, Token[]>();
  return word => {
    let tokens = known.get(word);
    if (!tokens) {
      tokens = tokenize(word);
      if (known.size >= rememberedWords) known.clear();
      if (word.length <= longestRemembered) known.set(word, tokens);
    }
    return tokens;
  };
}
