/** Figures in a dark page: a dark plate, and light texts, axes and black lines. Colors that a figure chose stay. */

const plate = { light: ["#fff", "#ffffff", "white"], dark: "#111111" };
const ink = { light: "#000000", dark: "#e0e0e0" };
const grid = { light: "#e5e5e5", dark: "#444444" };

/** Whether the page is dark: JupyterLab, Notebook and nbconvert say so on the body, and VS Code by a class. */
export function isDark(body: HTMLElement = document.body): boolean {
  return body.dataset.jpThemeLight === "false" || body.classList.contains("vscode-dark");
}

type Json = Record<string, any>;

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const darkPlate = (color: unknown): unknown =>
  color === undefined || plate.light.includes(String(color).toLowerCase()) ? plate.dark : color;
const darkInk = <T extends Json>(part: T): T =>
  isRecord(part) && part.color === ink.light ? { ...part, color: ink.dark } : part;

function darkTrace(trace: Json): Json {
  const parts = ["line", "marker", "error_x", "error_y"].filter(name => isRecord(trace[name]));
  return { ...trace, ...Object.fromEntries(parts.map(name => [name, darkInk(trace[name])])) };
}

const darkAxis = (axis: Json): Json => ({
  ...axis,
  gridcolor: axis.gridcolor === undefined || axis.gridcolor === grid.light ? grid.dark : axis.gridcolor,
  zerolinecolor: axis.zerolinecolor ?? grid.dark,
  linecolor: axis.linecolor ?? grid.dark,
});

/** A copy of a figure for a dark page. */
export function darkFigure({ data, layout }: { data: Json[]; layout: Json }): { data: Json[]; layout: Json } {
  const axes = Object.keys(layout).filter(name => /^[xy]axis\d*$/.test(name) && isRecord(layout[name]));
  const shapes = layout.shapes?.map((shape: Json) => ({ ...shape, ...(shape.line && { line: darkInk(shape.line) }) }));
  return {
    data: data.map(darkTrace),
    layout: {
      xaxis: darkAxis({}),
      yaxis: darkAxis({}),
      ...layout,
      ...Object.fromEntries(axes.map(name => [name, darkAxis(layout[name])])),
      ...(shapes && { shapes }),
      paper_bgcolor: darkPlate(layout.paper_bgcolor),
      plot_bgcolor: darkPlate(layout.plot_bgcolor),
      font: { color: ink.dark, ...layout.font },
    },
  };
}

/** Calls `changed` when the page's theme changes, until the returned function is called. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  return () => observer.disconnect();
}
