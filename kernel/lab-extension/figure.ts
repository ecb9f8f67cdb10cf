/** Plotly figures. A picture of each is stored beside its JSON, for readers without these renderers. */
import type { MimeModel } from "./jupyterlab.js";
import type { Plotly } from "./plotly-library.js";
import { darkFigure, isDark, onThemeChange } from "./theme.js";

interface Figure {
  data?: object[];
  layout?: Record<string, any>;
  config?: object;
}

const defaultHeight = 420;
/** CSS pixels, for a figure without a width; the kernel's own pictures use the same. */
const defaultWidth = 700;
/** Milliseconds without a new version after which a picture of a live figure is made. */
const rest = 1000;

interface Drawn {
  plotly: Plotly;
  resizing: ResizeObserver;
  /** Draws the newest version again. */
  redraw(): void;
  forgetTheme(): void;
  photograph?: ReturnType<typeof setTimeout>;
}
const drawn = new WeakMap<HTMLElement, Drawn>();

/** Draws the figure of a model, or its new version, into a node, and stores a picture if the model has none. */
export async function drawFigure(plotly: Plotly, node: HTMLElement, model: MimeModel, mimeType: string): Promise<void> {
  const figure = model.data[mimeType] as Figure;
  const height = Number(figure.layout?.height) || defaultHeight;
  const draw = async (): Promise<void> => {
    // A copy, because Plotly changes its arguments.
    const { data = [], layout = {}, config = {} } = structuredClone(figure);
    const shown = isDark() ? darkFigure({ data, layout }) : { data, layout };
    const whole = { autosize: true, height, ...shown.layout };
    await plotly.react(node, shown.data, whole, { responsive: true, displaylogo: false, ...config });
  };
  node.style.minHeight = `${height}px`;
  await draw();
  const state = drawn.get(node) ?? start(plotly, node);
  state.redraw = () => void draw();
  clearTimeout(state.photograph);
  if (!model.data["image/png"]) state.photograph = setTimeout(() => keepPicture(plotly, model, mimeType, height), rest);
}

function start(plotly: Plotly, node: HTMLElement): Drawn {
  const resizing = new ResizeObserver(() => {
    if (node.isConnected && node.offsetWidth > 0) plotly.Plots.resize(node);
  });
  resizing.observe(node);
  const state: Drawn = { plotly, resizing, redraw() {}, forgetTheme: onThemeChange(() => state.redraw()) };
  drawn.set(node, state);
  return state;
}

/** Stores the picture as PNG and inside the HTML: GitHub prefers the HTML and removes its scripts. */
async function keepPicture(plotly: Plotly, model: MimeModel, mimeType: string, height: number): Promise<void> {
  const { data = [], layout = {} } = structuredClone(model.data[mimeType] as Figure);
  const width = Number(layout.width) || defaultWidth;
  const url = await plotly.toImage({ data, layout }, { format: "png", scale: 2, width, height });
  const html = model.data["text/html"];
  const img = `<img alt="Figure" width="${width}" src="${url}">`;
  model.setData({
    data: {
      ...model.data,
      "image/png": url.slice(url.indexOf(",") + 1),
      ...(html !== undefined && { "text/html": String(html).replace("></div>", () => `>${img}</div>`) }),
    },
    metadata: { ...model.metadata, "image/png": { width } },
  });
}

/** Frees what `drawFigure` has allocated for a node. */
export function removeFigure(node: HTMLElement): void {
  const state = drawn.get(node);
  clearTimeout(state?.photograph);
  state?.resizing.disconnect();
  state?.forgetTheme();
  state?.plotly.purge(node);
}
