// Figures as pictures: Plotly draws them in a browser without a network.

import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { fail } from "../core/errors";
import type { Figure } from "./figure";
import { chromium, findBrowser } from "./find-browser";

export type PictureFormat = "svg" | "png" | "pdf";

export interface PictureSize {
  /** Of the figure, in CSS pixels (96 an inch). Default: the layout's own, else 700 × 450. */
  width?: number;
  height?: number;
  /** Pixels of a PNG for each of these. Default 2. */
  scale?: number;
}

interface Session {
  browser: Browser;
  plotly: Page;
  /** For pages to print from; they run no script. */
  printing: BrowserContext;
}

let session: Promise<Session> | undefined;
let users = 0;
/** How long (ms) a browser that nobody asks stays: as long as it took to come. Then the process can end. */
let patience = 0;
let leaving: NodeJS.Timeout | undefined;

/**
 * The bytes of a figure as SVG, PNG or PDF. SVG and PDF are vector graphics with their text as text; a PDF is one page of the
 * figure's size and holds its fonts. (Heatmap cells and WebGL traces are images in them, as Plotly draws them.) Figures that are
 * drawn together or soon after each other share a browser; it leaves by itself.
 *
 * Errors: no browser on this machine, or one that does not start; a figure that Plotly cannot draw; a size that is not above 0.
 */
export async function drawFigure(figure: Figure, format: PictureFormat, size: PictureSize = {}): Promise<Buffer> {
  const { width = figure.layout.width ?? 700, height = figure.layout.height ?? 450, scale = 2 } = size;
  for (const [name, value] of Object.entries({ width, height, scale }))
    if (!(value > 0 && Number.isFinite(value))) fail("drawFigure", `${name} is ${value}`, "Give a number above 0.");
  users++;
  clearTimeout(leaving);
  try {
    const { plotly, printing } = await (session ??= open());
    if (format === "png") return await toImage(plotly, figure, { format, width, height, scale });
    const svg = await toImage(plotly, figure, { format: "svg", width, height });
    return format === "svg" ? svg : await print(printing, svg.toString("utf8"), width, height);
  } finally {
    if (--users === 0) leaving = setTimeout(close, patience);
  }
}

async function open(): Promise<Session> {
  const started = performance.now();
  let executablePath: string | undefined;
  let browser: Browser | undefined;
  try {
    executablePath = findBrowser() ?? noBrowser();
    // Ctrl-C and an interrupted cell are this process's own business; the browser leaves when its pipe closes.
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    browser = await chromium().launch({ executablePath, ...signals, args: ["--disable-gpu"] });
    browser.on("disconnected", () => {
      session = undefined;
    });
    const plotly = await (await browser.newContext({ offline: true })).newPage();
    // From a page beside it the browser reads the library itself: its 11 MB would take twice as long through the pipe.
    await plotly.goto(pathToFileURL(require.resolve("plotly.js-dist/package.json")).href);
    await plotly.setContent('<!doctype html><script charset="utf-8" src="plotly.js"></script>');
    const printing = await browser.newContext({ offline: true, javaScriptEnabled: false });
    patience = performance.now() - started;
    return { browser, plotly, printing };
  } catch (error) {
    session = undefined;
    await browser?.close();
    if (!executablePath) throw error;
    const reason = String((error as Error).message).split("\n")[0];
    return fail("drawFigure", `${executablePath} does not start: ${reason}`, "Name another by TOKENWISE_BROWSER.");
  }
}

const noBrowser = (): never =>
  fail(
    "drawFigure",
    "there is no browser on this machine, and Plotly draws in one",
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
    return fail("drawFigure", `Plotly cannot draw the figure: ${reason}`, "Mend its traces or its layout.");
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
