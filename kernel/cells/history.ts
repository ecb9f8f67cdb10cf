/** The cells of this notebook's sessions, as front ends ask for them. */
import { appendFileSync, readFileSync } from "node:fs";

/** The history of a session and of those before it. */
export interface History {
  add(count: number, code: string): void;
  /** Content of history_reply. */
  reply(content: Record<string, any>): object;
}

type Entry = [session: number, line: number, code: string];

/** The expression of a glob (`*`, `?`), for whole texts. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s");
}

const isEntry = (value: unknown): value is Entry =>
  Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number" && typeof value[2] === "string";

/** Entries of earlier sessions. Skips lines that are no entry, such as one that a killed kernel wrote in part. */
function readEntries(file: string): Entry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap(line => {
    try {
      const entry: unknown = JSON.parse(line);
      return isEntry(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

/**
 * Starts a session of the notebook whose cells are kept in `file`, one line of JSON each, until its kernel is shut
 * down.
 */
export function createHistory(file: string): History {
  const entries = readEntries(file);
  const session = (entries.at(-1)?.[0] ?? 0) + 1;

  /** Session 0 is this one; negative numbers count back from it. */
  function range({ session: wanted = 0, start = 1, stop }: Record<string, any>): Entry[] {
    const number = wanted > 0 ? wanted : session + wanted;
    return entries.filter(([of, line]) => of === number && line >= start && line < (stop ?? Infinity));
  }
  function search({ pattern = "*", unique, n }: Record<string, any>): Entry[] {
    const fits = globPattern(pattern);
    const found = entries.filter(([, , code]) => fits.test(code));
    const last = new Map(found.map(entry => [entry[2], entry]));
    const kept = unique ? found.filter(entry => last.get(entry[2]) === entry) : found;
    return n ? kept.slice(-n) : kept;
  }
  function select(content: Record<string, any>): Entry[] {
    if (content.hist_access_type === "tail") return content.n > 0 ? entries.slice(-content.n) : [];
    return content.hist_access_type === "range" ? range(content) : search(content);
  }
  return {
    add(count, code) {
      const entry: Entry = [session, count, code];
      entries.push(entry);
      try {
        appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      } catch {
        // Where nothing can be written, the history ends with the session.
      }
    },
    reply: content => ({
      status: "ok",
      history: select(content).map(([of, line, code]) => [of, line, content.output ? [code, null] : code]),
    }),
  };
}
