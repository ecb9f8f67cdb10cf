// Figures as pictures, drawn by Plotly in a browser without network access.

import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { fail } from "../core/errors";
import { above, type Checks, checkOptions } from "../core/options";
import type { Figure } from "./figure";
import { chromium, findBrowser } from "./find-browser";

/** File format of a picture. */
export type PictureFormat = "svg" | "png" | "pdf";

/** Size of a picture. */
export interface PictureSize {
  /** Width in CSS pixels, 96 per inch. Default: the layout's width, or else 700. */
  width?: number;
  /** Height in CSS pixels. Default: the layout's height, or else 450. */
  height?: number;
  /** Pixels of a PNG per CSS pixel. Default 2. */
  scale?: number;
}

/** For `checkOptions`. */
export const pictureChecks: Checks<PictureSize> = { width: above(0), height: above(0), scale: above(0) };

interface Session {
  browser: Browser;
  plotly: Page;
  /** For printed pages, which run no scripts. */
  printing: BrowserContext;
}

let session: Promise<Session> | undefined;
let users = 0;
/** Milliseconds after which an idle browser is closed, so that the process can end: the time that its start took. */
let idleTimeout = 0;
let closing: NodeJS.Timeout | undefined;

/**
 * The bytes of a figure as SVG, PNG or PDF. SVG and PDF are vector graphics with texts as text; a PDF has one page of
 * the figure's size and embeds its fonts. (Heatmap cells and WebGL traces are images even there.) Figures that are
 * drawn at the same time or soon after one another share a browser, which closes by itself.
 *
 * Errors: no browser on this machine; one that does not start; a figure that Plotly cannot draw; a size that is not
 * positive.
 */
export async function drawFigure(figure: Figure, format: PictureFormat, size: PictureSize = {}): Promise<Buffer> {
  checkOptions("drawFigure", size, pictureChecks);
  const { width = figure.layout.width ?? 700, height = figure.layout.height ?? 450, scale = 2 } = size;
  for (const [name, value] of Object.entries({ width, height, scale }))
    if (!(value > 0 && Number.isFinite(value))) fail("drawFigure", `${name} is ${value}`, "Give a number above 0.");
  users++;
  clearTimeout(closing);
  try {
    const { plotly, printing } = await (session ??= open());
    if (format === "png") return await toImage(plotly, figure, { format, width, height, scale });
    const svg = await toImage(plotly, figure, { format: "svg", width, height });
    return format === "svg" ? svg : await print(printing, svg.toString("utf8"), width, height);
  } finally {
    if (--users === 0) closing = setTimeout(close, idleTimeout);
  }
}

async function open(): Promise<Session> {
  const started = performance.now();
  let executablePath: string | undefined;
  let browser: Browser | undefined;
  try {
    executablePath = findBrowser() ?? noBrowser();
    // Signals such as Ctrl-C are handled by this process alone; the browser ends when its pipe closes.
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    browser = await chromium().launch({ executablePath, ...signals, args: ["--disable-gpu"] });
    browser.on("disconnected", () => {
      session = undefined;
    });
    const plotly = await (await browser.newContext({ offline: true })).newPage();
    // From this page the browser can load the library itself: sending its 11 MB through the pipe would take twice as
    // long.
    await plotly.goto(pathToFileURL(require.resolve("plotly.js-dist/package.json")).href);
    await plotly.setContent('<!doctype html><script charset="utf-8" src="plotly.js"></script>');
    const printing = await browser.newContext({ offline: true, javaScriptEnabled: false });
    idleTimeout = performance.now() - started;
    return { browser, plotly, printing };
  } catch (error) {
    session = undefined;
    await browser?.close();
    if (!executablePath) throw error;
    const reason = String((error as Error).message).split("\n")[0];
    return fail("drawFigure", `${executablePath} does not start: ${reason}`, "Name another one in TOKENWISE_BROWSER.");
  }
}

const noBrowser = (): never =>
  fail(
    "drawFigure",
    "there is no browser on this machine, which Plotly needs to draw",
    "Install Chromium, Chrome or Edge, or run `npx playwright-core install chromium`; .html and .json need none.",
  );

async function close(): Promise<void> {
  const opened = session;
  session = undefined;
  await (await opened)?.browser.close();
}

async function toImage(page: Page, figure: Figure, options: Record<string, unknown>): Promise<Buffer> {
  const draw = ([figure, options]: [Figure, object]): Promise<string> =>
    (globalThis as any).Plotly.toImage(figure, options);
  const url = await page.evaluate(draw, [figure, options] as [Figure, object]).catch((error: Error) => {
    const reason = error.message.replace(/^page\.evaluate: /, "").split("\n")[0];
    return fail("drawFigure", `Plotly cannot draw the figure: ${reason}`, "Correct its traces or its layout.");
  });
  const comma = url.indexOf(",");
  const content = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(";base64")
    ? Buffer.from(content, "base64")
    : Buffer.from(decodeURIComponent(content));
}

async function print(context: BrowserContext, svg: string, width: number, height: number): Promise<Buffer> {
  const page = await context.newPage();
  try {
    const style = `@page{size:${width}px ${height}px;margin:0}body{margin:0}svg{display:block}`;
    await page.setContent(`<!doctype html><style>${style}</style>${svg}`);
    return await page.pdf({ preferCSSPageSize: true, printBackground: true, pageRanges: "1" });
  } finally {
    await page.close();
  }
}
