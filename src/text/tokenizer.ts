// From text to token ids and back, with the same ids as the Rust library `tokenizers`.

import { fail } from "../core/errors";
import { type Checks, checkOptions, made, text as string } from "../core/options";
import { type AddedToken, cutAt, readAddedTokens } from "./added-tokens";
import { templateOf } from "./chat-template";
import { createDecoder } from "./decoders";
import { createNormalizer } from "./normalizers";
import { fillTemplate, readTemplates } from "./post-processors";
import { createPreTokenizer } from "./pre-tokenizers";
import { type SpecialIds, specialIds, type TokenizerConfig } from "./special-tokens";
import { createVocabulary, type Token } from "./vocabulary";

/** A tokenizer. */
export interface Tokenizer {
  /** Number of tokens, including added ones. */
  vocabularySize: number;
  /** Ids of special tokens by role. */
  special: SpecialIds;
  /** How conversations are written, a template of Jinja, if the model has one. */
  chatTemplate?: string;
  /** Ids of a text. No special tokens are added, but those written out in the text are recognized. */
  encode(text: string): number[];
  /**
   * As `encode`, but special tokens that are written out are plain text: for texts of others, where "</s>" must end
   * nothing.
   */
  encodePlain(text: string): number[];
  /** The text with a mark in each special token that is written out in it: a part of a text for `encodeQuoted`. */
  quoted(text: string): string;
  /** As `encode`, but special tokens that `quoted` has marked are plain text. */
  encodeQuoted(text: string): number[];
  /**
   * Ids and type ids of a text or a pair of texts, with the special tokens with which the model was trained. With
   * `plain`, those that are written out in the texts are plain text.
   */
  encodeWithSpecial(
    text: string,
    pair?: string,
    options?: { /** Default false. */ plain?: boolean },
  ): { ids: number[]; typeIds: number[] };
  /** The tokens of a text as written in the vocabulary ("Ġgood", "##ing"). No special tokens are added. */
  tokens(text: string): string[];
  /** The text of ids. Unknown ids are skipped, and special tokens, too, with `skipSpecial`. */
  decode(ids: readonly number[], options?: { /** Default false. */ skipSpecial?: boolean }): string;
  /** The text of one token, with its leading space; "" for an unknown id. */
  token(id: number): string;
  /** The id of a token as written in the vocabulary. */
  id(token: string): number | undefined;
}

/** What a tokenizer.json does not contain. */
export interface TokenizerOptions {
  /** Content of the tokenizer_config.json, which names special tokens. */
  config?: TokenizerConfig;
  /** Name of the file, for errors. Default "tokenizer.json". */
  where?: string;
}

const tokenizerChecks: Checks<TokenizerOptions> = { config: made("a record"), where: string };

/**
 * Creates a tokenizer from the content of a `tokenizer.json`. Its `truncation` and `padding` are not applied. Lone
 * surrogates in texts are treated as U+FFFD.
 *
 * Errors: another content; a part of an unknown kind.
 */
export function createTokenizer(definition: any, options: TokenizerOptions = {}): Tokenizer {
  checkOptions("createTokenizer", options, tokenizerChecks);
  const { config = {}, where = "tokenizer.json" } = options;
  if (typeof definition?.model !== "object" || definition.model === null)
    fail(where, "it has no model of a tokenizer", "Give the content of a tokenizer.json.");
  try {
    return assemble(definition, config, where);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return fail(where, `it is malformed (${error.message})`, "Fetch the file again.", error);
  }
}

function assemble(definition: any, config: TokenizerConfig, where: string): Tokenizer {
  const vocabulary = createVocabulary(definition.model, where);
  const normalize = createNormalizer(definition.normalizer, where);
  const preTokenize = createPreTokenizer(definition.pre_tokenizer, where);
  const templates = readTemplates(definition.post_processor, where);
  const decoder = createDecoder(definition.decoder, where);

  const added = readAddedTokens(definition.added_tokens ?? [], where);
  const cutters = (tokens: readonly AddedToken[]) => ({
    written: cutAt(new Map(tokens.filter(token => !token.normalized).map(token => [token.content, token]))),
    normalized: cutAt(
      new Map(tokens.filter(token => token.normalized).map(token => [normalize(token.content), token])),
    ),
  });
  const atAll = cutters(added);
  const atUsual = cutters(added.filter(token => !token.special));
  const ids = new Map([...vocabulary.ids, ...added.map(({ content, id }) => [content, id] as const)]);
  const texts = new Map([...vocabulary.ids].map(([token, id]) => [id, token]));
  const addedTexts = new Map(
    added.map(token => [token.id, token.normalized ? normalize(token.content) : token.content]),
  );
  for (const [id, text] of addedTexts) texts.set(id, text);
  const special = new Set(added.filter(token => token.special).map(({ content }) => content));

  /**
   * A vocabulary may hold special tokens too: those of a word that contains their text are split after their first
   * character.
   */
  const usualTokens = (word: string): Token[] =>
    vocabulary
      .tokenize(word)
      .flatMap(token =>
        special.has(token.text) && word.includes(token.text)
          ? [token.text.slice(0, 1), token.text.slice(1)].flatMap(part => vocabulary.tokenize(part))
          : token,
      );

  const tokenize = (text: string, plain = false): Token[] => {
    const found: Token[] = [];
    const cut = plain ? atUsual : atAll;
    let first = true;
    for (const written of cut.written(wellFormed(text))) {
      if (written.token) found.push({ id: written.token.id, text: written.text });
      else {
        const isPlain = plain || written.text.includes(mark);
        const inside = isPlain ? atUsual : atAll;
        const tokensOf = isPlain ? usualTokens : vocabulary.tokenize;
        for (const part of inside.normalized(normalize(isPlain ? unmarked(written.text) : written.text))) {
          if (part.token) found.push({ id: part.token.id, text: part.text });
          else for (const word of preTokenize({ text: part.text, first })) found.push(...tokensOf(word.text));
          first = false;
        }
      }
      first = false;
    }
    return found;
  };
  const specialForms = cutAt(new Map(added.filter(token => token.special).map(token => [token.content, token])));
  const encode = (text: string) => tokenize(text).map(({ id }) => id);
  const encodePlain = (text: string) => tokenize(text, true).map(({ id }) => id);

  return {
    vocabularySize: ids.size,
    chatTemplate: templateOf(config),
    special: specialIds(config, { added, unknown: vocabulary.unknown, id: token => ids.get(token) }),
    encode,
    encodePlain,
    encodeQuoted: encode,
    quoted: text =>
      specialForms(unmarked(text))
        .map(({ text: part, token }) => (token ? [...part].join(mark) : part))
        .join(""),
    encodeWithSpecial(text, pair, { plain = false } = {}) {
      const ids = plain ? encodePlain : encode;
      return pair === undefined
        ? fillTemplate(templates.single, { A: ids(text) })
        : fillTemplate(templates.pair, { A: ids(text), B: ids(pair) });
    },
    tokens: text => tokenize(text).map(({ text }) => text),
    decode(list, { skipSpecial = false } = {}) {
      const known = list.map(id => texts.get(id)).filter(text => text !== undefined);
      return decoder(skipSpecial ? known.filter(text => !special.has(text)) : known).join("");
    },
    token(id) {
      const text = texts.get(id);
      if (text === undefined || addedTexts.has(id)) return text ?? "";
      return decoder(["a", text]).join("").slice(1); // after another token, for decoders that drop a leading space
    },
    id: token => ids.get(token),
  };
}

/** A code point that is no character, and so in no text. */
const mark = "\ufdd0";
const unmarked = (text: string) => text.replaceAll(mark, "");

const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** The id of a text that must be a single token, such as a verbalizer. Errors: any other number of tokens. */
export function singleToken(tokenizer: Tokenizer, text: string, where: string): number {
  const ids = tokenizer.encode(text);
  if (ids.length === 1) return ids[0];
  const pieces = ids.map(id => JSON.stringify(tokenizer.token(id))).join(" ");
  return fail(
    where,
    `${JSON.stringify(text)} is ${ids.length} tokens${ids.length ? ` (${pieces})` : ""}, not one`,
    "Choose a word that the model knows as one token; mind the leading space.",
  );
}
