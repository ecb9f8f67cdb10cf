/**
 * Figures (`{ data, layout }`): Plotly's MIME type for front ends that know it, HTML with a script for those that do
 * not.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { escapeHtml, type MimeBundle } from "./mime-bundle";

/** A figure as Plotly takes it. */
export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout: { title?: string | { text?: string }; width?: number; height?: number } & Record<string, unknown>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `value` if it is a figure: an object with traces and a layout. */
export function asFigure(value: unknown): PlotlyFigure | undefined {
  if (!isRecord(value) || !Array.isArray(value.data) || !isRecord(value.layout)) return undefined;
  return value.data.every(isRecord) ? (value as unknown as PlotlyFigure) : undefined;
}

function figureText({ data, layout }: PlotlyFigure): string {
  const title = typeof layout.title === "string" ? layout.title : (layout.title?.text ?? "untitled");
  return `Figure: ${title.replace(/<[^>]*>/g, "")}, ${data.length} ${data.length === 1 ? "trace" : "traces"}`;
}

/** Text that is safe inside a script element. */
const inScript = (value: unknown): string => JSON.stringify(value).replace(/</g, "\\u003c");

/** A figure in few characters, of which none can end a script. The notebook has the readable form beside it. */
const packed = (figure: PlotlyFigure): string => gzipSync(JSON.stringify(figure)).toString("base64");

const defaultHeight = 420;
/**
 * Milliseconds to wait for the Plotly in the page before it is loaded from the network: outputs appear in any order.
 */
const libraryTimeout = 4000;

const plotlyVersion = (): string =>
  JSON.parse(readFileSync(require.resolve("plotly.js-dist/package.json"), "utf8")).version;

/**
 * A script that draws into the element before it, in place of its picture if it has one. The page keeps a figure that
 * has a key: the next version reuses the old element within the same task, so a live curve does not flicker.
 */
function drawScript(figure: PlotlyFigure, key: string | undefined): string {
  return `(async () => {
  const slot = document.currentScript.previousElementSibling, key = ${inScript(key ?? null)};
  const page = (window.tokenwise ??= { drawn: new Map() });
  const kept = key === null ? undefined : page.drawn.get(key);
  let target = slot;
  if (kept && !kept.isConnected) { kept.style.height = slot.style.height; slot.replaceWith(kept); target = kept; }
  const load = source => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  const library = async () => {
    for (let waited = 0; !page.plotly && waited < ${libraryTimeout}; waited += 50)
      await new Promise(next => setTimeout(next, 50));
    await page.plotly?.catch(() => {});
    if (!window.Plotly) await (page.published ??= load("https://cdn.plot.ly/plotly-${plotlyVersion()}.min.js"));
  };
  try {
    if (!window.Plotly) await library();
    const packed = Uint8Array.from(atob("${packed(figure)}"), character => character.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const figure = await new Response(unpacked).json();
    if (document.body.dataset.jpThemeLight === "false") {
      const dark = { color: "#e0e0e0", plate: "#111111", grid: "#444444" }, { layout } = figure;
      for (const name of ["paper_bgcolor", "plot_bgcolor"])
        if (/^#f{3,6}$/i.test(layout[name] ?? "#fff")) layout[name] = dark.plate;
      layout.font = { color: dark.color, ...layout.font };
      for (const name of ["xaxis", "yaxis", ...Object.keys(layout).filter(name => /^[xy]axis\\d+$/.test(name))])
        layout[name] = { ...layout[name], gridcolor: dark.grid };
    }
    if (key !== null) page.drawn.set(key, target);
    target.querySelector(":scope > img")?.remove();
    await Plotly.react(target, figure.data, figure.layout, { responsive: true, displaylogo: false });
  } catch (error) {
    const missing = "Plotly is not in this page and its public copy did not load. " +
      "Run npm run setup for JupyterLab's renderer.";
    if (!target.querySelector(":scope > img"))
      target.textContent = "This figure could not be drawn: " + (error.message ?? missing);
  }
})();`;
}

/** The bundle of a figure. Figures with the same `key` are versions of one display. */
export function figureBundle(figure: PlotlyFigure, key: string | undefined): MimeBundle {
  const height = figure.layout.height ?? defaultHeight;
  const html = `<div style="height:${Number(height)}px"></div>\n<script>${drawScript(figure, key)}</script>`;
  const data = { "application/vnd.plotly.v1+json": figure, "text/html": html, "text/plain": figureText(figure) };
  return { data, metadata: {} };
}

/**
 * Plotly itself, for pages without a network: compressed to 2.6 MB and in an output of its own, so that figures stay
 * small. Published once a session, and only if figures have no pictures.
 */
export function libraryBundle(): MimeBundle {
  const library = gzipSync(readFileSync(require.resolve("plotly.js-dist/plotly.js"))).toString("base64");
  const html = `<script>(() => {
  const page = (window.tokenwise ??= { drawn: new Map() });
  const unpack = async () => {
    const packed = new Blob([Uint8Array.from(atob("${library}"), character => character.charCodeAt(0))]);
    const text = await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text();
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    await new Promise((onload, onerror) => {
      const script = Object.assign(document.createElement("script"), { src: address, onload, onerror });
      document.head.append(script);
    });
    URL.revokeObjectURL(address);
  };
  if (!window.Plotly) page.plotly ??= unpack();
})();</script>`;
  return {
    data: { "text/html": html, "text/plain": `Plotly ${plotlyVersion()}, for the figures of this notebook` },
    metadata: { tokenwise: { library: true } },
  };
}

/** The figure in a bundle, if there is one. */
export const figureOf = (bundle: MimeBundle): PlotlyFigure | undefined =>
  bundle.data["application/vnd.plotly.v1+json"] as PlotlyFigure | undefined;

/** The bundle with a PNG for readers that run no script; the script replaces it. `width` is in CSS pixels. */
export function withPicture(bundle: MimeBundle, png: Buffer, width: number): MimeBundle {
  const base64 = png.toString("base64");
  const alt = escapeHtml(String(bundle.data["text/plain"]));
  const img = `<img alt="${alt}" width="${width}" src="data:image/png;base64,${base64}">`;
  const html = String(bundle.data["text/html"]).replace("></div>", () => `>${img}</div>`);
  return {
    data: { ...bundle.data, "text/html": html, "image/png": base64 },
    metadata: { ...bundle.metadata, "image/png": { width } },
  };
}
