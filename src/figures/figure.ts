/** A figure for Plotly, as plain JSON: traces and their layout. */
export interface Figure {
  data: Record<string, any>[];
  layout: Record<string, any>;
}

/** Colors that color-blind readers can distinguish (Okabe and Ito 2008), in the order of use. */
const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

/** The color of the i-th line or method; colors repeat after seven. */
export const seriesColor = (i: number): string => palette[i % palette.length];

/** The color of the i-th line; lines whose color was used before are dashed. */
export const stroke = (i: number) => ({ color: seriesColor(i), ...(i >= palette.length && { dash: "dash" }) });

/** The same color, transparent, for the area of a band. */
export function faint(hex: string): string {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},0.2)`;
}

/** A numeric axis with a grid. */
export const gridAxis = { gridcolor: "#e5e5e5", zeroline: false };

/** The layout that all figures share, with a figure's own settings on top. */
export function layout(own: Record<string, any>): Record<string, any> {
  const { title, ...rest } = own;
  return {
    font: { family: "Helvetica, Arial, sans-serif", size: 13 },
    margin: { l: 64, r: 24, t: title ? 56 : 24, b: 56 },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    ...(title && { title: { text: escaped(title) } }),
    ...rest,
  };
}

/** Suffix of a panel's axes in Plotly: "", "2", "3", … */
export const axis = (panel: number): string => (panel === 0 ? "" : String(panel + 1));

/** Escapes a text: Plotly interprets some HTML tags, and a token such as `<|endoftext|>` must not become one. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
