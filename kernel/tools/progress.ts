import { randomUUID } from "node:crypto";
import { host } from "../host";
import { escapeHtml, type MimeBundle } from "../values/mime-bundle";
import { liveFigure } from "./live-figure";

/** What `progress` shows. */
export interface ProgressOptions<T> {
  /** Expected number of items. Default: the size of an array, set or map; otherwise unknown. */
  total?: number;
  /** Text before the count, such as "training". */
  label?: string;
  /** Text after the count, made from the last item. */
  describe?: (item: T) => string;
  /**
   * A live figure under the line, redrawn at most every two seconds and at the end. Nothing is shown while it returns
   * undefined; its errors are shown and do not end the loop. In a notebook only.
   */
  figure?: () => unknown;
}

/** One state of the line. */
export interface ProgressState {
  /** Items done so far. */
  done: number;
  total?: number;
  seconds: number;
  label?: string;
  note?: string;
  ended: boolean;
}

function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function rate(perSecond: number): string {
  if (perSecond >= 1000) return `${Math.round(perSecond)}/s`;
  return perSecond >= 1 ? `${perSecond.toPrecision(3)}/s` : `${(1 / perSecond).toPrecision(3)} s each`;
}

/** One line: label, count, time, rate, time left, note. */
export function progressText({ done, total, seconds, label, note, ended }: ProgressState): string {
  const count = total === undefined ? `${done}` : `${done}/${total}`;
  const speed = done > 0 && seconds > 0 ? [rate(done / seconds)] : [];
  const left = !ended && done > 0 && total ? [`${duration((seconds / done) * (total - done))} left`] : [];
  const stopped = ended && total !== undefined && done < total ? ["stopped"] : [];
  const parts = [count, duration(seconds), ...speed, ...left, ...stopped, ...(note ? [note] : [])];
  return `${label ? `${label}  ` : ""}${parts.join(" · ")}`.replace(/\s*\n\s*/g, " ");
}

function progressBundle(state: ProgressState): MimeBundle {
  const { done, total, ended } = state;
  const bar =
    total === undefined
      ? ended
        ? ""
        : "<progress></progress> "
      : `<progress value="${done}" max="${total}"></progress> `;
  const text = progressText(state);
  const html = `<div style="font-variant-numeric:tabular-nums">${bar}${escapeHtml(text)}</div>`;
  return {
    data: { "text/html": html, "text/plain": text },
    metadata: { tokenwise: { progress: [done, total ?? null], ended } },
  };
}

function sizeOf(items: object): number | undefined {
  if (Array.isArray(items)) return items.length;
  return items instanceof Set || items instanceof Map ? items.size : undefined;
}

/** Milliseconds between two versions of the line: in a notebook, and on stderr. */
const interval = { notebook: 100, text: 2000 };

type Count = Pick<ProgressState, "done" | "total" | "note">;

/** A line that is shown at once, at updates (unless they are too frequent) and at the end. */
function startLine(label: string | undefined, total: number | undefined) {
  const kernel = host();
  const id = randomUUID();
  const started = performance.now();
  let shown = Number.NEGATIVE_INFINITY;
  const draw = (count: Count, ended: boolean): void => {
    const update = shown > Number.NEGATIVE_INFINITY;
    shown = performance.now();
    const state = { ...count, seconds: (shown - started) / 1000, label, ended };
    if (kernel) kernel.show(progressBundle(state), { id, update });
    else process.stderr.write(`${progressText(state)}\n`);
  };
  draw({ done: 0, total }, false);
  return {
    update(count: Count): void {
      if (performance.now() - shown >= (kernel ? interval.notebook : interval.text)) draw(count, false);
    },
    end: (count: Count): void => draw(count, true),
  };
}

/**
 * Yields the items and shows count, rate and time left in one line of the cell's output, which updates itself; outside
 * a notebook, in lines on stderr. The last state is always shown, also if the loop is left early.
 */
export async function* progress<T>(
  items: Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions<T> = {},
): AsyncGenerator<T, void, undefined> {
  const { label, describe, figure } = options;
  let { total = sizeOf(items) } = options;
  const line = startLine(label, total);
  const live = figure && liveFigure(figure);
  let done = 0;
  let note: string | undefined;
  try {
    for await (const item of items) {
      yield item;
      done++;
      note = describe?.(item);
      line.update({ done, total, note });
      live?.draw();
    }
    if (total !== undefined) total = done; // fewer items than expected, but the loop was not stopped
  } finally {
    line.end({ done, total, note });
    live?.end();
  }
}

/**
 * The same line for work that reports progress to a callback: `await track("test", onProgress => measure(…,
 * onProgress))`.
 */
export async function track<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const line = startLine(label, undefined);
  let count: Count = { done: 0 };
  try {
    return await work((done, total) => {
      count = { done, total };
      line.update(count);
    });
  } finally {
    line.end(count);
  }
}
