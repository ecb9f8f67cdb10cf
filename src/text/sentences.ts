/** English abbreviations behind which a sentence rarely ends, without their last full stop. */
const abbreviations = new Set(
  (
    "adm ave bros calif capt co col conn corp cos dept dr ed eds eq eqs et fig figs gen gov hon inc jr lt ltd maj mass messrs mr mrs ms mt " +
    "no nos op pp prof pt rep reps rev sec sen sens sgt sr st tab univ vol vols vs wash jan feb mar apr jun jul aug sep sept oct nov dec " +
    "mon tue wed thu fri sat al cf approx etc ph.d"
  ).split(" "),
);

/**
 * The sentences of an English text, without the blanks between them. A sentence ends at a line's end, and at `.`, `?` or `!` (with the quotation
 * marks and brackets that close there) before a blank; but not at the full stop of initials or a common abbreviation, nor where the
 * text goes on in lower case after a full stop. `everyStop` leaves that last rule out, and takes "e.g." and "i.e." for ends: so NLTK's splitter
 * does it, to which they are no abbreviations.
 */
export function splitSentences(text: string, { everyStop = false }: { everyStop?: boolean } = {}): string[] {
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

const goesOn = (behind: string): boolean => /^[\p{Ll},;:]/u.test(behind.trimStart());

/** Whether a text's last word is an abbreviation, but for its last full stop. */
function isAbbreviated(text: string, everyStop: boolean): boolean {
  const word = /[^\s("'[“‘]+$/u.exec(text)?.[0].toLowerCase() ?? "";
  if (everyStop && (word === "e.g" || word === "i.e")) return false;
  return /^\p{L}(\.\p{L})*$/u.test(word) || abbreviations.has(word);
}
