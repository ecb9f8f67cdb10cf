// Which character separates the fields of a file.

import { fail } from "../core/errors";

const usual = [",", ";", "\t", "|"];
const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d];

/** The separator, and the index where the header begins. */
export interface Separated {
  separator: string;
  start: number;
}

/**
 * The separator of a file whose name says nothing else: the one that a first line "sep=;" names, as Excel writes it, or
 * the one that the header has. Where the header has several, the first twenty rows must have as many fields as it.
 *
 * Errors: several that fit.
 */
export function separatorOf(bytes: Buffer, name: string): Separated {
  const first = bytes.toString("latin1", 0, 7);
  const said = /^"?sep=(.)"?(\r?\n)/.exec(first);
  if (said) return { separator: said[1], start: said[0].length };
  const rows = firstRows(bytes);
  const found = usual.filter(own => rows[0][own] > 0);
  if (found.length <= 1) return { separator: found[0] ?? ",", start: 0 };
  const fitting = found.filter(own => rows.every(row => row[own] === rows[0][own]));
  if (fitting.length > 1)
    fail(
      name,
      `its fields may be separated by ${fitting.map(own => JSON.stringify(own)).join(" or ")}`,
      `Say which: readTable(file, { separator: ${JSON.stringify(fitting[0])} }).`,
    );
  return { separator: fitting[0] ?? found[0], start: 0 };
}

/** How often each of the usual separators is in the first rows, outside of quotation marks. */
function firstRows(bytes: Buffer, most = 20): Record<string, number>[] {
  const empty = () => Object.fromEntries(usual.map(own => [own, 0]));
  const rows = [empty()];
  let inside = false;
  const codes = new Map(usual.map(own => [own.charCodeAt(0), own]));
  for (let at = 0; at < bytes.length && at < 1 << 20; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) inside = !inside;
    else if (inside) continue;
    else if (byte === LF) {
      if (rows.length === most) return rows;
      const next = bytes[at + 1] === CR ? bytes[at + 2] : bytes[at + 1];
      if (next !== undefined && next !== LF) rows.push(empty());
    } else if (codes.has(byte)) rows.at(-1)![codes.get(byte)!]++;
  }
  return rows;
}
