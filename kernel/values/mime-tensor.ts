/** Tensors: type, shape, engine and some values; matrices as images, too. */
import * as util from "node:util";
import { cut } from "./cut";
import { matrixPng, type Range } from "./matrix-png";
import { escapeHtml, type MimeBundle } from "./mime-bundle";
import { numberText } from "./number-text";

interface ShownTensor {
  dtype: string;
  shape: number[];
  size: number;
  isDisposed?: boolean;
  trainable?: boolean;
  name?: string;
  dataSync(): ArrayLike<number> | string[];
}

/** Values of larger tensors are not read from the engine. */
const largestRead = 1 << 22;
/** Values shown at each end of an axis. */
const edge = 3;

const isTensor = (value: any): value is ShownTensor =>
  typeof value?.dataSync === "function" && Array.isArray(value.shape) && typeof value.dtype === "string";

/** `value` if it has a tensor's methods: it may come from any copy of tfjs. */
export const asTensor = (value: unknown): ShownTensor | undefined => (isTensor(value) ? value : undefined);

const engineNames: Record<string, string> = { tensorflow: "native" };

function headOf({ dtype, shape, isDisposed, trainable, name }: ShownTensor): string {
  const kind = trainable === undefined ? "Tensor" : `Variable "${name}"`;
  return `${kind} ${dtype} [${shape.join(", ")}]${isDisposed ? " (disposed)" : ""}`;
}

const short = (value: unknown): string => (typeof value === "number" ? numberText(value) : JSON.stringify(value));

/** Values in nested brackets, without the middle of long axes. */
function valuesText(values: ArrayLike<unknown>, shape: readonly number[]): string {
  const ends = (n: number): (number | undefined)[] =>
    n <= 2 * edge + 2
      ? Array.from({ length: n }, (_, i) => i)
      : [
          ...Array.from({ length: edge }, (_, i) => i),
          undefined,
          ...Array.from({ length: edge }, (_, i) => n - edge + i),
        ];
  let width = 0;
  const walk = (axis: number, offset: number, leaf: (index: number) => string): string => {
    if (axis === shape.length) return leaf(offset);
    const stride = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    const isRow = axis === shape.length - 1;
    const parts = ends(shape[axis]!).map(i => (i === undefined ? "…" : walk(axis + 1, offset + i * stride, leaf)));
    return `[${parts.join(isRow ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
  };
  walk(0, 0, index => {
    width = Math.max(width, short(values[index]).length);
    return "";
  });
  return walk(0, 0, index => short(values[index]).padStart(shape.length > 1 ? width : 0));
}

function rangeOf(values: ArrayLike<number>): Range & { text: string } {
  let [low, high, sum, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    finite++;
  }
  const others = values.length - finite;
  const numbers = finite > 0 ? [`min ${short(low)}`, `mean ${short(sum / finite)}`, `max ${short(high)}`] : [];
  return { low, high, text: [...numbers, ...(others > 0 ? [`${others} not finite`] : [])].join(", ") };
}

/** The bundle of a tensor. */
export function tensorBundle(tensor: ShownTensor): MimeBundle {
  const { dtype, shape, size, isDisposed } = tensor;
  const head = headOf(tensor);
  const only = (text: string): MimeBundle => ({ data: { "text/plain": text }, metadata: {} });
  if (isDisposed) return only(head);
  const engine = (globalThis as { _tfengine?: { backendName?: string } })._tfengine?.backendName;
  const title = `${head}${engine ? ` on ${engineNames[engine] ?? engine}` : ""}`;
  if (size === 0 || size > largestRead || dtype === "complex64") return only(title);
  const values = tensor.dataSync();
  const shown = cut(valuesText(values, shape));
  if (dtype === "string" || size === 1) return only(`${title}  ${shown}`);
  const range = rangeOf(values as ArrayLike<number>);
  const text = `${title}  ${range.text}\n${shown}`;
  if (shape.length !== 2 || Math.min(shape[0]!, shape[1]!) < 2) return only(text);
  const png = matrixPng(values as ArrayLike<number>, shape, range).toString("base64");
  const img = `<img alt="${escapeHtml(`${title}, ${range.text}`)}" src="data:image/png;base64,${png}">`;
  const html = `<pre style="font-family:monospace">${escapeHtml(text)}</pre>${img}`;
  return { data: { "text/html": html, "text/plain": text }, metadata: {} };
}

let named: unknown;

/** Prints each tensor inside another value in one line, once tfjs is loaded; by default all its fields are printed. */
export function nameTensors(): void {
  const { _tfengine: engine } = globalThis as { _tfengine?: unknown };
  if (!engine || engine === named) return;
  named = engine;
  for (const [file, module] of Object.entries(require.cache)) {
    const prototype = /tfjs-core.dist.tf-core\.node\.js$/.test(file) ? module?.exports?.Tensor?.prototype : undefined;
    if (!prototype) continue;
    const value = function (this: ShownTensor) {
      return headOf(this);
    };
    Object.defineProperty(prototype, util.inspect.custom, { value, configurable: true });
  }
}
