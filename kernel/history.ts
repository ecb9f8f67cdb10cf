/** The cells of this session, as front ends ask for them. */

export interface History {
  add(count: number, code: string): void;
  reply(content: Record<string, any>): object;
}

type Entry = [session: number, line: number, code: string];

/** Glob (`*`, `?`) to an expression over the whole text. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s");
}

export function createHistory(): History {
  const entries: Entry[] = [];

  function select(q: Record<string, any>): Entry[] {
    if (q.hist_access_type === "tail") return entries.slice(-q.n);
    if (q.hist_access_type === "range")
      return entries.filter(([, line]) => line >= q.start && line < (q.stop ?? Infinity));
    const pattern = globPattern(q.pattern ?? "*");
    const found = entries.filter(([, , code]) => pattern.test(code));
    const kept = q.unique ? [...new Map(found.map(entry => [entry[2], entry])).values()] : found;
    return q.n ? kept.slice(-q.n) : kept;
  }
  return {
    add: (count, code) => void entries.push([1, count, code]),
    reply: content => ({
      status: "ok",
      history: select(content).map(([session, line, code]) => [session, line, content.output ? [code, null] : code]),
    }),
  };
}
