// Word stems by Porter's algorithm (Program 14.3, 1980) with NLTK's extensions, which ROUGE and METEOR use.

/** [suffix, its replacement, when]. The first rule whose suffix fits decides, whether its condition holds or not. */
type Rule = readonly [suffix: string, replacement: string, when: (stem: string) => boolean];

/**
 * The stem of a word in lower case, as NLTK's `PorterStemmer()` gives it: "flies" → "fli", "happily" → "happili".
 * A character that is not a Latin letter counts as a consonant.
 */
export function porterStem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= 100_000) stems.clear();
  const lower = word.toLowerCase();
  const stem = irregulars.get(lower) ?? (size(word) <= 2 ? lower : steps.reduce((stem, step) => step(stem), lower));
  stems.set(word, stem);
  return stem;
}

/** Stems of words seen before. */
const stems = new Map<string, string>();

const irregulars = new Map(
  Object.entries({
    sky: ["sky", "skies"],
    die: ["dying"],
    lie: ["lying"],
    tie: ["tying"],
    news: ["news"],
    inning: ["innings", "inning"],
    outing: ["outings", "outing"],
    canning: ["cannings", "canning"],
    howe: ["howe"],
    proceed: ["proceed"],
    exceed: ["exceed"],
    succeed: ["succeed"],
  }).flatMap(([stem, words]) => words.map(word => [word, stem] as const)),
);

/** In characters: one beyond 16 bits counts once. */
const size = (word: string): number => [...word].length;

/** Step 1a. */
function plural(word: string): string {
  if (word.endsWith("ies") && size(word) === 4) return word.slice(0, -1);
  return replace(word, [
    ["sses", "ss", always],
    ["ies", "i", always],
    ["ss", "ss", always],
    ["s", "", always],
  ]);
}

/** Step 1b. */
function past(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, size(word) === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const ending = ["ed", "ing"].find(end => word.endsWith(end) && shape(word.slice(0, -end.length)).includes("v"));
  if (!ending) return word;
  const stem = word.slice(0, -ending.length);
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

/** Step 1c. */
const finalY = (word: string): string =>
  word.length > 2 && word.endsWith("y") && shape(word).at(-2) === "c" ? `${word.slice(0, -1)}i` : word;

/** Step 2. */
function long(word: string): string {
  if (word.endsWith("alli") && measure(word.slice(0, -4)) > 0) return long(word.slice(0, -2));
  return replace(word, doubled);
}

const always = () => true;
const positive = (stem: string) => measure(stem) > 0;
const moreThanOne = (stem: string) => measure(stem) > 1;

/** "from to from to …" as rules under one condition; "-" stands for nothing. */
const rules = (pairs: string, when: Rule[2]): Rule[] =>
  [...pairs.matchAll(/(\S+) (\S+)/g)].map(([, suffix, to]) => [suffix, to === "-" ? "" : to, when]);

const doubled: Rule[] = [
  ...rules(
    "ational ate tional tion enci ence anci ance izer ize bli ble alli al entli ent eli e ousli ous ization ize " +
      "ation ate ator ate alism al iveness ive fulness ful ousness ous aliti al iviti ive biliti ble fulli ful",
    positive,
  ),
  ["logi", "log", stem => positive(`${stem}l`)],
];

const steps: ((word: string) => string)[] = [
  plural,
  past,
  finalY,
  long,
  word => replace(word, endings),
  word => replace(word, last),
  word => {
    const stem = word.slice(0, -1);
    const drop = word.endsWith("e") && (measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem)));
    return drop ? stem : word;
  },
  word => (word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word),
];
const endings = rules("icate ic ative - alize al iciti ic ical ic ful - ness -", positive);
const last: Rule[] = [
  ...rules("al - ance - ence - er - ic - able - ible - ant - ement - ment - ent -", moreThanOne),
  ["ion", "", stem => moreThanOne(stem) && /[st]$/.test(stem)],
  ...rules("ou - ism - ate - iti - ous - ive - ize -", moreThanOne),
];

function replace(word: string, list: readonly Rule[]): string {
  const rule = list.find(([suffix]) => word.endsWith(suffix));
  if (!rule) return word;
  const stem = word.slice(0, word.length - rule[0].length);
  return rule[2](stem) ? stem + rule[1] : word;
}

/** "c" for every consonant and "v" for every vowel; a y is a consonant at the start and after a vowel. */
function shape(word: string): string {
  let out = "";
  for (let i = 0; i < word.length; i++)
    out += "aeiou".includes(word[i]) || (word[i] === "y" && i > 0 && out[i - 1] === "c") ? "v" : "c";
  return out;
}

/** How often a consonant follows a vowel: the m of the paper. */
const measure = (stem: string): number => shape(stem).split("vc").length - 1;

const endsDouble = (word: string): boolean =>
  word.length >= 2 && word.at(-1) === word.at(-2) && shape(word).endsWith("c");

/** Consonant, vowel and a consonant but w, x, y; or, in a word of two letters, vowel and consonant. */
const endsShort = (word: string): boolean =>
  shape(word) === "vc" || (shape(word).endsWith("cvc") && !/[wxy]$/.test(word));
