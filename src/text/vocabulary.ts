// The model of a tokenizer.json: from a word to the tokens of a vocabulary.

import { BPE, WordPiece } from "@huggingface/tokenizers";
import { fail } from "../core/errors";
import { createUnigram } from "./unigram";

export interface Token {
  id: number;
  /** As the vocabulary writes it; a piece that it does not hold, as the word writes it where the model keeps that. */
  text: string;
}

export interface Vocabulary {
  ids: Map<string, number>;
  /** What stands for anything that is not in the vocabulary. */
  unknown?: string;
  tokenize(word: string): Token[];
}

/** Errors: a kind of model other than BPE, WordPiece and Unigram, or a vocabulary or merges that are missing or malformed. */
export function createVocabulary(model: any, where: string): Vocabulary {
  const kind = model?.type ?? kindByParts(model ?? {});
  const refuse = (found: string, remedy = "Fetch the file anew.") => fail(where, `its model ${found}`, remedy);
  switch (kind) {
    case "BPE": {
      const ids = readIds(model.vocab, refuse);
      const merges = model.merges;
      if (!Array.isArray(merges) || !merges.every(isMerge)) refuse("lacks a list of merges, pairs of texts");
      if (model.dropout || model.continuing_subword_prefix)
        refuse(
          "drops merges by chance, or marks what continues a word",
          "Use a BPE without dropout and continuing_subword_prefix.",
        );
      const bpe = new BPE({ ...model, fuse_unk: false });
      const unknown = model.unk_token ?? undefined;
      // Letters without a token go before the others are merged.
      const dropsUnknown = unknown === undefined && !model.byte_fallback && !model.end_of_word_suffix;
      return {
        ids,
        unknown,
        tokenize: remembered(word => {
          const whole = model.ignore_merges && ids.has(word);
          const kept =
            whole || !dropsUnknown ? word : Array.from(word, letter => (ids.has(letter) ? letter : "")).join("");
          const tokens = bpe.encode([kept]);
          const fused = model.fuse_unk
            ? tokens.filter((text, i) => text !== unknown || tokens[i - 1] !== unknown)
            : tokens;
          return fused.map(text => ({
            id: ids.get(text) ?? refuse(`has no token "${text}" for what it does not know`),
            text,
          }));
        }),
      };
    }
    case "WordPiece": {
      const ids = readIds(model.vocab, refuse);
      const unknown: string = model.unk_token ?? "[UNK]";
      if (!ids.has(unknown)) refuse(`has no token "${unknown}" for what it does not know`);
      const wordPiece = new WordPiece({ continuing_subword_prefix: "##", ...model, unk_token: unknown });
      return {
        ids,
        unknown,
        tokenize: remembered(word => wordPiece.encode([word]).map(text => ({ id: ids.get(text)!, text }))),
      };
    }
    case "Unigram": {
      const { vocab, unk_id, byte_fallback } = model;
      if (!Array.isArray(vocab) || !vocab.every(isScored)) refuse("lacks a list of pieces with their scores");
      if (!vocab[unk_id]) refuse(`gives unk_id ${unk_id}, which is no piece of it`);
      const ids = new Map<string, number>(vocab.map(([piece]: [string], id: number) => [piece, id]));
      const cut = createUnigram(model);
      const asBytes = (text: string) =>
        [...Buffer.from(text)].map(byteToken).map(text => ({ id: ids.get(text)!, text }));
      return {
        ids,
        unknown: vocab[unk_id][0],
        tokenize: remembered(word =>
          cut(word).flatMap(text => {
            const id = ids.get(text);
            if (id !== undefined) return [{ id, text }];
            const bytes = byte_fallback ? asBytes(text) : [];
            return byte_fallback && bytes.every(({ id }) => id !== undefined) ? bytes : [{ id: unk_id, text }];
          }),
        ),
      };
    }
    default:
      return refuse(`is of kind "${kind}"`, "Known are BPE, WordPiece and Unigram.");
  }
}

const byteToken = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** Files of before 2021 may not name the kind. */
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
  if (bad) refuse(`gives ${JSON.stringify(bad[0])} the id ${JSON.stringify(bad[1])}, not a whole number from 0 on`);
  return new Map(entries);
}

const rememberedWords = 65_536;
const longestRemembered = 64;

/** Words come back: their tokens are kept. */
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
