/** Figures as PNG, for notebooks that are run without a front end and then read where no script runs. */
import { drawFigure } from "../../src/figures/draw";
import { findBrowser } from "../../src/figures/find-browser";
import type { MimeBundle } from "../values/mime-bundle";
import { figureOf, withPicture } from "../values/mime-figure";

const size = { width: 700, height: 420 };

/** The bundle of a figure with its picture; the bundle itself if it shows no figure or there is no browser that can draw it. */
export async function addPicture(bundle: MimeBundle): Promise<MimeBundle> {
  const figure = figureOf(bundle);
  if (!figure || !hasBrowser()) return bundle;
  const { width = size.width, height = size.height } = figure.layout;
  try {
    return withPicture(bundle, await drawFigure(figure, "png", { width, height }), width);
  } catch {
    return bundle; // the cell has not failed: the figure's other forms are there
  }
}

/** Looked up once; a wrong TOKENWISE_BROWSER counts as none. */
function hasBrowser(): boolean {
  try {
    found ??= findBrowser() !== undefined;
  } catch {
    found = false;
  }
  return found;
}
let found: boolean | undefined;
