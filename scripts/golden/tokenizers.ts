import { readFileSync } from "node:fs";
import * as path from "node:path";
import { createTokenizer } from "../../src/text/tokenizer";
import { type Checker, compare, type Outcome } from "./checker";

/** Ids, tokens, special tokens, pairs and decoded texts of a tokenizer.json against the Rust library. */
export const checkTokenizers: Checker = async ({ vocab_size, cases, pairs = [] }, file) => {
  const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
  const definition = path.join(path.dirname(file), "tokenizer.json");
  const tokenizer = createTokenizer(JSON.parse(readFileSync(definition, "utf8")), { where: definition });
  compare(outcome, "vocabulary", [tokenizer.vocabularySize], [vocab_size], 0);
  for (const { text, ids, tokens, ids_with_special, decode, decode_keep_special } of cases) {
    const where = JSON.stringify(text);
    compare(outcome, `${where} ids`, tokenizer.encode(text), ids, 0);
    same(outcome, `${where} tokens`, tokenizer.tokens(text), tokens);
    compare(outcome, `${where} with special`, tokenizer.encodeWithSpecial(text).ids, ids_with_special, 0);
    same(outcome, `${where} decoded`, tokenizer.decode(ids_with_special, { skipSpecial: true }), decode);
    same(outcome, `${where} decoded with special`, tokenizer.decode(ids_with_special), decode_keep_special);
    outcome.cases++;
  }
  for (const { text, pair, ids_with_special, type_ids } of pairs) {
    const where = `${JSON.stringify(text)} and ${JSON.stringify(pair)}`;
    const { ids, typeIds } = tokenizer.encodeWithSpecial(text, pair);
    compare(outcome, `${where} ids`, ids, ids_with_special, 0);
    compare(outcome, `${where} types`, typeIds, type_ids, 0);
    outcome.cases++;
  }
  return outcome;
};

function same(outcome: Outcome, where: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) outcome.misses.push(`${where}: ${a}, expected ${b}`);
}
