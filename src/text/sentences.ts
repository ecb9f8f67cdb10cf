/** English abbreviations behind which a sentence rarely ends, without their last full stop. */
const abbreviations = new Set(
  (
    "adm ave bros calif capt co col conn corp cos dept dr ed eds eq eqs et fig figs gen gov hon inc jr lt ltd maj mass messrs mr mrs ms mt " +
    "no nos op pp prof pt rep reps rev sec sen sens sgt sr st tab univ vol vols vs wash jan feb mar apr jun jul aug sep sept oct nov dec " +
    "mon tue wed thu fri sat al cf approx e.g i.e etc a.m p.m ph.d u.s u.k u.n d.c n.y"
  ).split(" "),
);

/**
 * The sentences of an English text, without the blanks between them. A sentence ends at a line's end, and at `.`, `?` or `!` (with the quotation
 * marks and brackets that close there) before a blank; but not at the full stop of a single letter or a common abbreviation, nor
 * where the text goes on in lower case after a full stop.
 */
export function sentences(text: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(/[.?!]+["')\]}»”’]*(?=\s)|\n/g)) {
    const stop = index + end.length;
    if (end.startsWith(".") && goesOn(text.slice(start, index), text.slice(stop, stop + 40))) continue;
    found.push(text.slice(start, stop));
    start = stop;
  }
  return [...found, text.slice(start)].map(sentence => sentence.trim()).filter(sentence => sentence !== "");
}

/** Whether a full stop between these two ends no sentence. */
function goesOn(before: string, after: string): boolean {
  const next = after.trimStart();
  if (/^[\p{Ll},;:]/u.test(next)) return true;
  const word = /[^\s("'[“‘]+$/u.exec(before)?.[0].toLowerCase() ?? "";
  return /^\p{L}$/u.test(word) || abbreviations.has(word);
}
