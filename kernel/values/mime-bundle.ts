/** A value as a front end can show it: one bundle of MIME types, always with text/plain. */

export interface MimeBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** What a value may ask of its display. */
export interface ShowOptions {
  /** Rows of a table, all at once. Default: 30, in HTML with further pages of 30 folded away, up to 300. */
  rows?: number;
}

const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json");

/** Plain JSON of a value: typed arrays become arrays, integers too large for JSON become strings. */
export function toJson(value: unknown): unknown {
  const plain = (_key: string, item: unknown): unknown => {
    if (ArrayBuffer.isView(item) && !(item instanceof DataView)) return Array.from(item as unknown as Iterable<number>);
    return typeof item === "bigint" ? item.toString() : item;
  };
  return JSON.parse(JSON.stringify(value, plain) ?? "null");
}

/** As it goes into a message: JSON as JSON, bytes in base64, all else as text. */
function wireValue(type: string, value: unknown): unknown {
  if (isJson(type)) return typeof value === "string" ? JSON.parse(value) : toJson(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value);
}

/** The bundle in what a value says of itself: types and their contents, or `{ data, metadata }`; `text` where it gives none. */
export function wireBundle(said: any, text: () => string): MimeBundle {
  const isWhole = typeof said?.data === "object" && !Object.keys(said).some(key => key.includes("/"));
  const { data, metadata = {} } = isWhole ? said : { data: said };
  const wired = Object.entries(data ?? {}).map(([type, item]) => [type, wireValue(type, item)] as const);
  const known = Object.fromEntries(wired);
  return { data: "text/plain" in known ? known : { "text/plain": text(), ...known }, metadata };
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, character => escapes[character]!);
