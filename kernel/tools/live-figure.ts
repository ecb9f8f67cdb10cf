import { host } from "../host";
import { type Display, show } from "./show";

/** A figure that is redrawn while work goes on. */
export interface LiveFigure {
  /** Shows the current figure, unless the last one was shown a moment ago. */
  draw(): void;
  /** Shows the final figure. */
  end(): void;
}

/** The least time between two versions: milliseconds, and a multiple of the time that drawing one takes. */
const pause = { least: 2000, times: 20 };

/**
 * Draws what `figure` returns, in one display. Its errors are shown in place of the figure. Does nothing outside a
 * notebook.
 */
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

/** A figure that fails, often because there are too few rows yet, must not end the work: its error is shown instead. */
function attempt(figure: () => unknown): unknown {
  try {
    return figure();
  } catch (error) {
    return { toMimeBundle: () => ({ "text/plain": `No figure yet: ${(error as Error).message}` }) };
  }
}
