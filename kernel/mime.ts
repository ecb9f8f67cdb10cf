/** A value as a front end can show it: one bundle of MIME types, always with text/plain. */
import * as util from "node:util";
import { asFigure, figureBundle } from "./mime-figure";
import { asTable, tableBundle } from "./mime-table";

export interface MimeBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
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

function wireValue(type: string, value: unknown): unknown {
  if (isJson(type)) return typeof value === "string" ? JSON.parse(value) : toJson(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value);
}

/** A value may describe itself: `[Symbol.for("Jupyter.display")]()` as in Deno, or `toMimeBundle()`; plain types or `{ data, metadata }`. */
function ownBundle(value: any): MimeBundle | undefined {
  const describe = value?.[Symbol.for("Jupyter.display")] ?? value?.toMimeBundle;
  if (typeof describe !== "function") return undefined;
  const found = describe.call(value);
  const isWhole = typeof found.data === "object" && !Object.keys(found).some(key => key.includes("/"));
  const bundle = isWhole ? found : { data: found };
  const data = Object.entries(bundle.data).map(([type, item]) => [type, wireValue(type, item)]);
  return { data: { "text/plain": plainText(value), ...Object.fromEntries(data) }, metadata: bundle.metadata ?? {} };
}

const shownValues = 6;
const largestTensorShown = 1 << 16;

function tensorText(value: any): string | undefined {
  const isTensor =
    typeof value?.dataSync === "function" && Array.isArray(value.shape) && typeof value.dtype === "string";
  if (!isTensor) return undefined;
  const head = `Tensor ${value.dtype} [${value.shape.join(", ")}]`;
  if (value.isDisposed) return `${head} (disposed)`;
  if (value.size > largestTensorShown) return head;
  const values = Array.from(value.dataSync().slice(0, shownValues) as Iterable<unknown>, item =>
    typeof item === "number" ? Number(item.toPrecision(5)) : item,
  );
  return `${head}  ${values.join(", ")}${value.size > shownValues ? ", …" : ""}`;
}

function plainText(value: unknown): string {
  if (value instanceof Error) return value.stack ?? String(value);
  return tensorText(value) ?? util.inspect(value, { depth: 4, maxArrayLength: 100 });
}

/**
 * The bundle of any value: its own description, else that of a table (arquero, danfo) or a figure (`{ data, layout }`), else text.
 * `key` names the display that a figure belongs to, so that its next version is drawn in the same place.
 */
export function toBundle(value: unknown, key?: string): MimeBundle {
  const own = ownBundle(value);
  if (own) return own;
  const table = asTable(value);
  if (table) return tableBundle(table);
  const figure = asFigure(value);
  if (figure) return figureBundle(toJson(figure) as typeof figure, key);
  return { data: { "text/plain": plainText(value) }, metadata: {} };
}
