/** Figures as PNG, for notebooks that run without a front end and are later read where no script runs. */
import { drawFigure } from "../../src/figures/draw";
import { findBrowser } from "../../src/figures/find-browser";
import type { MimeBundle } from "../values/mime-bundle";
import { figureOf, withPicture } from "../values/mime-figure";

const size = { width: 700, height: 420 };

/** The bundle with a picture of its figure; the same bundle if it has no figure or no browser can draw it. */
export async function addPicture(bundle: MimeBundle): Promise<MimeBundle> {
  const figure = figureOf(bundle);
  if (!figure || !hasBrowser()) return bundle;
  const { width = size.width, height = size.height } = figure.layout;
  try {
    return withPicture(bundle, await drawFigure(figure, "png", { width, height }), width);
  } catch {
    return bundle; // no error of the cell: the other forms of the figure remain
  }
}

/** Whether there is a browser; looked up once. A wrong TOKENWISE_BROWSER counts as no browser. */
function hasBrowser(): boolean {
  try {
    found ??= findBrowser() !== undefined;
  } catch {
    found = false;
  }
  return found;
}
let found: boolean | undefined;
