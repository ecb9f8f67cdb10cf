// Which of two responses a row's judgement chooses, in the ways that data sets write it.

import { fail } from "../core/errors";
import type { Values } from "../tables/columns";
import { shown } from "./conversations";
import { numberOf } from "./named-columns";

/** What a judgement says. */
export const [FIRST, SECOND, TIE, MISSING] = [0, 1, 2, 3];

/** The values that choose one of the two. */
export interface WinnerValues {
  first: unknown;
  second: unknown;
  tie?: unknown;
}

export interface Winners {
  outcomes: Uint8Array;
  /** How the values were read, for messages. */
  reading: string;
}

interface Given {
  where: string;
  name: string;
  values: Values;
  /** What the names of the two columns end with: "a", "b". */
  ends: readonly [string, string];
  /** Names of the two columns. */
  names: readonly [string, string];
  /** Who wrote the two, in each row. */
  models?: readonly [Values, Values];
  /** Scores of the two, in each row. */
  scores?: readonly [ArrayLike<number>, ArrayLike<number>];
  said?: WinnerValues;
}

const ties =
  /^(?:tie|ties|tied|draw|equal|equally.*|same|both|both_?good|both_?bad|neither|none|c|no_?preference|a=b|b=a|tie_?\(.*\))$/;

const isMissing = (value: unknown) =>
  value === null || value === undefined || value === "" || Number.isNaN(value) || value === "nan" || value === "null";

const plain = (value: unknown) =>
  String(value)
    .trim()
    .toLowerCase()
    .replace(/^[["'(]+|[\]"')]+$/g, match => (match.includes("(") || match.includes(")") ? match : ""))
    .replace(/\s+/g, "_");

/**
 * Reads the judgements of a column.
 *
 * Errors: values that can be read in two ways, with the calls that say which; a value that is none of them, with its
 * row.
 */
export function readWinners(given: Given): Winners {
  const { where, name, values, said } = given;
  if (said) return { outcomes: byValues(given, said), reading: `${shown(said.first)} for ${given.names[0]}` };
  const present = Array.from({ length: values.length }, (_, row) => row).filter(row => !isMissing(values[row]));
  if (present.length === 0) fail(where, `${name} holds no judgement`, 'Name another column by the option "winner".');
  const isTruth = present.every(row => typeof values[row] === "boolean");
  if (!isTruth && present.every(row => !Number.isNaN(numberOf(values[row]) ?? Number.NaN))) return byNumbers(given);
  if (isTruth) return asked(given, [readingOf(true, false), readingOf(false, true)]);
  const outcomes = new Uint8Array(values.length).fill(MISSING);
  for (const row of present) {
    const found = ofText(given, row);
    if (found === undefined)
      fail(where, `${name} of row ${row} is ${shown(values[row])}`, `Say what the values mean: ${example(given)}.`);
    outcomes[row] = found;
  }
  return { outcomes, reading: "by name" };
}

/** "model_b", "b", "B>A", "[[B]]", "tie (bothbad)", or the name of who wrote it. */
function ofText({ values, ends, names, models }: Given, row: number): number | undefined {
  const text = plain(values[row]);
  for (const [i, own] of (models ?? []).entries())
    if (!isMissing(own[row]) && plain(own[row]) === text && plain(models![0][row]) !== plain(models![1][row])) return i;
  const letter = /^([ab])(>+|=|<+)([ab])$/.exec(text);
  if (letter && letter[1] !== letter[3]) {
    if (letter[2] === "=") return TIE;
    return (letter[2][0] === ">" ? letter[1] : letter[3]) === "a" ? FIRST : SECOND;
  }
  for (const i of [0, 1]) {
    const end = ends[i].toLowerCase();
    const usual = [
      ["a", "1st", "first", "left"],
      ["b", "2nd", "second", "right"],
    ][i];
    const forms = [end, ...usual].flatMap(own => [
      own,
      `model_${own}`,
      `response_${own}`,
      `output_${own}`,
      `answer_${own}`,
      `assistant_${own}`,
    ]);
    if (text === plain(names[i]) || forms.includes(text)) return i;
  }
  return ties.test(text) ? TIE : undefined;
}

interface Reading extends WinnerValues {
  order?: "negative" | "positive";
}

const readingOf = (first: unknown, second: unknown, tie?: unknown): Reading =>
  tie === undefined ? { first, second } : { first, second, tie };

/** Numbers: an index from 0 or 1, a truth value of "the first is better", a signed strength. */
function byNumbers(given: Given): Winners {
  const { where, name, values, ends } = given;
  const numbers = Float64Array.from(values as ArrayLike<unknown>, value => numberOf(value) ?? Number.NaN);
  const distinct = [...new Set(numbers)].filter(value => !Number.isNaN(value)).sort((a, b) => a - b);
  const within = (...allowed: number[]) => distinct.every(value => allowed.includes(value));
  const indexed = /choice|winner|chosen|index|better|preferred/i.test(name);
  if (distinct.some(value => value < 0)) {
    const size = Math.max(...distinct.map(Math.abs));
    if (!distinct.every(Number.isInteger) || size > 10) unreadable(given, distinct);
    const negative = signed(numbers, -1);
    // HelpSteer's own name, and its own sense
    if (name === "overall_preference") return { outcomes: negative, reading: "below 0 for the first" };
    return asked(
      given,
      [
        { first: -1, second: 1, tie: 0 },
        { first: 1, second: -1, tie: 0 },
      ],
      size > 1,
    );
  }
  if (ends[0] === "0" && within(0, 1, 0.5)) return read(given, readingOf(0, 1, 0.5));
  if (within(1, 2, 1.5)) {
    if (ends[0] === "1") return read(given, readingOf(1, 2, 1.5));
    if (distinct.includes(1) && distinct.includes(2)) return read(given, readingOf(1, 2, 1.5));
    return asked(given, [readingOf(1, 2, 1.5), readingOf(0, 1, 0.5), readingOf(1, 0, 0.5)]);
  }
  if (within(0, 1, 0.5)) {
    if (indexed) return read(given, readingOf(0, 1, 0.5));
    return asked(given, [readingOf(0, 1, 0.5), readingOf(1, 0, 0.5)]);
  }
  if (within(0, 1, 2)) return asked(given, [readingOf(0, 1, 2), readingOf(1, 2, 0)]);
  return unreadable(given, distinct);

  function unreadable({ where }: Given, found: readonly number[]): never {
    const some = found.slice(0, 6).map(shown).join(", ");
    return fail(where, `${name} holds ${some}`, `Say what the values mean: ${example(given)}.`);
  }
  function read(own: Given, reading: Reading): Winners {
    return { outcomes: byValues(own, reading), reading: `${where && name} ${shown(reading.first)} for the first` };
  }
}

const signed = (numbers: Float64Array, sign: number) =>
  Uint8Array.from(numbers, value =>
    Number.isNaN(value) ? MISSING : value === 0 ? TIE : Math.sign(value) === sign ? FIRST : SECOND,
  );

/** The reading that the scores of the two agree with; else the user is asked. */
function asked(given: Given, readings: readonly Reading[], strengths = false): Winners {
  const { where, name, scores, values } = given;
  const outcomesOf = (reading: Reading) =>
    strengths
      ? signed(
          Float64Array.from(values as ArrayLike<unknown>, value => numberOf(value) ?? Number.NaN),
          reading.first as number,
        )
      : tried(given, reading);
  if (scores) {
    const fitting = readings.filter(reading => agrees(outcomesOf(reading), scores));
    if (fitting.length === 1)
      return {
        outcomes: outcomesOf(fitting[0])!,
        reading: `${shown(fitting[0].first)} for the first, as the scores say`,
      };
  }
  const calls = readings.map(reading => `winner: ${JSON.stringify(name)}, values: ${valuesText(reading, strengths)}`);
  return fail(
    where,
    `${name} can be read in ${readings.length} ways`,
    `Say which: ${calls.map(call => `fromChoices(table, { ${call} })`).join(" or ")}.`,
  );
}

const valuesText = ({ first, second, tie }: Reading, strengths: boolean) =>
  `{ first: ${shown(first)}, second: ${shown(second)}${tie === undefined ? "" : `, tie: ${shown(tie)}`} }${
    strengths ? " (signs)" : ""
  }`;

/** Whether at least 19 in 20 of the decided rows with different scores are as the scores say. */
function agrees(outcomes: Uint8Array | undefined, [first, second]: readonly [ArrayLike<number>, ArrayLike<number>]) {
  if (!outcomes) return false;
  let [same, other] = [0, 0];
  for (const [row, outcome] of outcomes.entries()) {
    if (outcome > SECOND || !(first[row] !== second[row])) continue;
    if (first[row] > second[row] === (outcome === FIRST)) same++;
    else other++;
  }
  return same > 0 && same >= 19 * other;
}

function tried(given: Given, reading: Reading): Uint8Array | undefined {
  try {
    return byValues(given, reading);
  } catch {
    return undefined;
  }
}

/** Judgements by the values that stand for them; those of signed strengths by their signs. */
function byValues({ where, name, values }: Given, { first, second, tie }: WinnerValues): Uint8Array {
  const isSigned = typeof first === "number" && typeof second === "number" && first * second < 0;
  const same = (value: unknown, of: unknown) =>
    of !== undefined &&
    (value === of ||
      plain(value) === plain(of) ||
      (typeof of === "number" && numberOf(value) === of) ||
      (isSigned && Math.sign(numberOf(value) ?? Number.NaN) === Math.sign(of as number)));
  return Uint8Array.from({ length: values.length }, (_, row) => {
    const value = values[row];
    if (tie === null && (value === null || value === undefined || Number.isNaN(value))) return TIE;
    if (isMissing(value)) return MISSING;
    const found = [first, second, tie].findIndex(of => same(value, of));
    if (found >= 0) return found;
    return fail(
      where,
      `${name} of row ${row} is ${shown(value)}`,
      `The values are ${[first, second, tie]
        .filter(of => of !== undefined)
        .map(shown)
        .join(", ")}.`,
    );
  });
}

const example = ({ name }: Given) =>
  `fromChoices(table, { winner: ${JSON.stringify(name)}, values: { first: …, second: …, tie: … } })`;
