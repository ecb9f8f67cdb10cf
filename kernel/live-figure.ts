import { host } from "./host";
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
    const value = figure();
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
