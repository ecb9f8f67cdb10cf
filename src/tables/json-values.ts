// JSON as programs write it: integers of any length stay exact, and Python's NaN and Infinity are numbers.

const [QUOTE, BACKSLASH] = ['"', "\\"];
/** Begins a text that stands for a number; no usual text does. */
const mark = "\0tokenwise number ";
const unusual = /(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE])|NaN|-?Infinity/g;

/** Parses JSON. Integers whose digits a number does not keep become BigInt. Errors: those of `JSON.parse`. */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!/NaN|Infinity/.test(text)) throw error;
    }
  }
  let found = false;
  const marked = outsideTexts(text, part =>
    part.replace(unusual, number => {
      // JavaScript itself writes large numbers so.
      if (/\d/.test(number) && String(Number(number)) === number) return number;
      found = true;
      return `"${JSON.stringify(mark).slice(1, -1)}${number}"`;
    }),
  );
  return found ? JSON.parse(marked, (_, value) => (isMarked(value) ? numberOf(value) : value)) : JSON.parse(text);
}

const isMarked = (value: unknown): value is string => typeof value === "string" && value.startsWith(mark);

function numberOf(value: string): number | bigint | string {
  const written = value.slice(mark.length);
  if (/^-?\d+$/.test(written)) return BigInt(written);
  return /^(NaN|-?Infinity)$/.test(written) ? Number(written) : value;
}

/** A text of JSON whose parts outside of quotation marks are changed. */
function outsideTexts(text: string, change: (part: string) => string): string {
  let out = "";
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf(QUOTE, at);
    if (start < 0) return out + change(text.slice(at));
    const end = textEnd(text, start);
    out += change(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  return out;
}

/** The index behind the text that begins at `start`. */
function textEnd(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf(QUOTE, at);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** Writes JSON. BigInt is written as its digits, NaN as null. */
export function writeJson(value: unknown): string {
  let found = false;
  const text = JSON.stringify(value, (_, own) => {
    if (typeof own !== "bigint") return own;
    found = true;
    return `${mark}${own}`;
  });
  if (!found) return text;
  return text.replace(/"\\u0000tokenwise number (-?\d+)"/g, "$1");
}

/** A key that an object's text has twice, of which `JSON.parse` keeps the last. Nested objects are not seen. */
export function doubledKey(text: string, keys: readonly string[]): string | undefined {
  const suspicious = (key: string) => {
    const written = JSON.stringify(key);
    const first = text.indexOf(written);
    return first < 0 || text.indexOf(written, first + written.length) >= 0;
  };
  if (keys.length <= 50 && !keys.some(suspicious)) return undefined;
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
    else if (c === QUOTE) {
      const end = textEnd(text, at);
      if (depth === 1 && /^\s*:/.test(text.slice(end, end + 20))) {
        const key: string = JSON.parse(text.slice(at, end));
        if (seen.has(key)) return key;
        seen.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}
