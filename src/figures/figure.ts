/** What Plotly draws, as plain JSON. */
export interface Figure {
  data: Record<string, any>[];
  layout: Record<string, any>;
}

/** Colours that stay apart for colour-blind readers (Okabe and Ito 2008), in the order of use. */
const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

/** The colour of the i-th line or method; they repeat after seven. */
export const colour = (i: number): string => palette[i % palette.length];

/** The i-th line's colour, dashed where the colours repeat. */
export const stroke = (i: number) => ({ color: colour(i), ...(i >= palette.length && { dash: "dash" }) });

/** The same colour, see-through, for the area of a band. */
export function faint(hex: string): string {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},0.2)`;
}

/** What all figures share, under the figure's own settings. */
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

/** The ending of a panel's axis names: Plotly counts "", "2", "3", … */
export const axis = (panel: number): string => (panel === 0 ? "" : String(panel + 1));

/** Plotly reads a few HTML tags in texts; a token such as `<|endoftext|>` must not be taken for one. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
