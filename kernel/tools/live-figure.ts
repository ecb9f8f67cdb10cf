import { host } from "../host";
import { type Display, show } from "./show";

export interface LiveFigure {
  /** Shows the figure as it is now, unless it was shown a moment ago. */
  draw(): void;
  /** Shows it for the last time. */
  end(): void;
}

/** Milliseconds from one version to the next, and how many times longer than making one takes. */
const pause = { least: 2000, times: 20 };

export function liveFigure(figure: () => unknown): LiveFigure {
  let display: Display | undefined;
  let due = Number.NEGATIVE_INFINITY;
  function draw(): void {
    const started = performance.now();
    if (!host() || started < due) return;
    const value = attempt(figure);
    if (value === undefined) return;
    if (display) display.update(value);
    else display = show(value);
    const ended = performance.now();
    due = ended + Math.max(pause.least, pause.times * (ended - started));
  }
  return {
    draw,
    end() {
      due = Number.NEGATIVE_INFINITY;
      draw();
    },
  };
}

/** A figure that cannot be drawn, often for want of rows so far, must not end the work that it follows: its error is shown instead. */
function attempt(figure: () => unknown): unknown {
  try {
    return figure();
  } catch (error) {
    return { toMimeBundle: () => ({ "text/plain": `No figure yet: ${(error as Error).message}` }) };
  }
}
