/** Values in the forms that front ends can show. */

/** The forms of one value by MIME type, always with text/plain. */
export interface MimeBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** How `show` shows a value. */
export interface ShowOptions {
  /** Rows of a table, all in one page. Default: 30; in HTML, up to 300 in folded pages of 30. */
  rows?: number;
}

const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json");

/** Plain JSON of a value: typed arrays become arrays, bigints become strings. */
export function toJson(value: unknown): unknown {
  const plain = (_key: string, item: unknown): unknown => {
    if (ArrayBuffer.isView(item) && !(item instanceof DataView)) return Array.from(item as unknown as Iterable<number>);
    return typeof item === "bigint" ? item.toString() : item;
  };
  return JSON.parse(JSON.stringify(value, plain) ?? "null");
}

/** The form of a value in a message: JSON as JSON, bytes in base64, everything else as text. */
function messageValue(type: string, value: unknown): unknown {
  if (isJson(type)) return typeof value === "string" ? JSON.parse(value) : toJson(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value);
}

/**
 * The bundle of a value's own description: either contents by MIME type, or `{ data, metadata }`. `text` makes the
 * text/plain that a description lacks.
 */
export function describedBundle(description: any, text: () => string): MimeBundle {
  const isWhole = typeof description?.data === "object" && !Object.keys(description).some(key => key.includes("/"));
  const { data, metadata = {} } = isWhole ? description : { data: description };
  const contents = Object.entries(data ?? {}).map(([type, item]) => [type, messageValue(type, item)] as const);
  const known = Object.fromEntries(contents);
  return { data: "text/plain" in known ? known : { "text/plain": text(), ...known }, metadata };
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Text as it stands in HTML, between tags and in attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, character => escapes[character]!);
