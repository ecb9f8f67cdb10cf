import { checkOptions, flag } from "../core/options";
import type { Tokenizer } from "./tokenizer";

/** English abbreviations after which a sentence rarely ends, without their last period. */
const abbreviations = new Set(
  (
    "adm ave bros calif capt co col conn corp cos dept dr ed eds eq eqs et fig figs gen gov hon inc jr lt ltd maj " +
    "mass messrs mr mrs ms mt no nos op pp prof pt rep reps rev sec sen sens sgt sr st tab univ vol vols vs wash " +
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat al cf approx etc ph.d"
  ).split(" "),
);

/**
 * Splits an English text into sentences, without the white space between them. A sentence ends at a line break, or at
 * `.`, `?` or `!` (including closing quotation marks and brackets) before white space. It does not end at the period of
 * initials or of a common abbreviation, or at a period that is followed by lower case. With `everyStop` the last rule
 * does not apply and "e.g." and "i.e." can end a sentence, as in NLTK's splitter.
 */
export function splitSentences(text: string, options: { everyStop?: boolean } = {}): string[] {
  checkOptions("splitSentences", options, { everyStop: flag });
  const { everyStop = false } = options;
  const found: string[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(/(?<![.?!])[.?!]+["')\]}»”’]*(?=\s)|\n/g)) {
    const stop = index + end.length;
    const before = text.slice(Math.max(start, index - 40), index);
    if (
      end.startsWith(".") &&
      (isAbbreviated(before, everyStop) || (!everyStop && goesOn(text.slice(stop, stop + 40))))
    )
      continue;
    found.push(text.slice(start, stop));
    start = stop;
  }
  return [...found, text.slice(start)].map(sentence => sentence.trim()).filter(sentence => sentence !== "");
}

/**
 * For `tw.credit.segmented`: a function that gives the index of the last token of each sentence (`splitSentences`) of a
 * text in token ids. A token across two sentences belongs to the first; what follows the last sentence, such as an end
 * token, belongs to it.
 */
export function sentenceEnds(tokenizer: Pick<Tokenizer, "decode">): (ids: readonly number[]) => number[] {
  return ids => {
    const text = tokenizer.decode(ids, { skipSpecial: true });
    let stop = 0;
    const stops = splitSentences(text).map(sentence => (stop = text.indexOf(sentence, stop) + sentence.length));
    const ends = new Set<number>();
    let t = 0;
    for (const stop of stops.slice(0, -1)) {
      while (t < ids.length - 1 && tokenizer.decode(ids.slice(0, t + 1), { skipSpecial: true }).length < stop) t++;
      ends.add(t);
    }
    return [...ends, ids.length - 1].filter((end, i, all) => end >= 0 && all.indexOf(end) === i);
  };
}

const goesOn = (behind: string): boolean => /^[\p{Ll},;:]/u.test(behind.trimStart());

/** Whether the last word of a text is an abbreviation without its last period. */
function isAbbreviated(text: string, everyStop: boolean): boolean {
  const word = /[^\s("'[“‘]+$/u.exec(text)?.[0].toLowerCase() ?? "";
  if (everyStop && (word === "e.g" || word === "i.e")) return false;
  return /^\p{L}(\.\p{L})*$/u.test(word) || abbreviations.has(word);
}
