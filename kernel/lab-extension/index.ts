/**
 * The renderers for JupyterLab and Notebook 7: Plotly figures, texts colored by rewards, preference lists side by side.
 */
import { drawFigure, removeFigure } from "./figure.js";
import { drawGuidance } from "./guidance.js";
import type { MimeExtension, MimeModel, Widget } from "./jupyterlab.js";
import { libraryAt } from "./plotly-library.js";
import { drawPreferences } from "./preferences.js";
import { addStyle } from "./style.js";

interface Kind {
  name: string;
  mimeType: string;
  draw(node: HTMLElement, model: MimeModel, mimeType: string): void | Promise<void>;
  remove?(node: HTMLElement): void;
}

/** The renderers as extensions of JupyterLab. `assets` is the URL of this file's folder. */
export function createExtensions(Base: new () => Widget, assets: URL): MimeExtension[] {
  addStyle();
  const library = libraryAt(assets);
  const kinds: Kind[] = [
    {
      name: "plotly",
      mimeType: "application/vnd.plotly.v1+json",
      draw: async (node, model, mimeType) => drawFigure(await library(), node, model, mimeType),
      remove: removeFigure,
    },
    { name: "guidance", mimeType: "application/vnd.tokenwise.guidance+json", draw: drawGuidance },
    { name: "preferences", mimeType: "application/vnd.tokenwise.preferences+json", draw: drawPreferences },
  ];
  return kinds.map(kind => ({
    id: `tokenwise-lab:${kind.name}`,
    rank: 0,
    dataType: "json",
    rendererFactory: {
      safe: true, // no script in the notebook's data can run
      mimeTypes: [kind.mimeType],
      defaultRank: 0,
      createRenderer: () => createRenderer(Base, kind),
    },
  }));
}

function createRenderer(
  Base: new () => Widget,
  { name, mimeType, draw, remove }: Kind,
): ReturnType<MimeExtension["rendererFactory"]["createRenderer"]> {
  const widget = new Base();
  widget.addClass(`tokenwise-${name}`);
  widget.disposed.connect(() => remove?.(widget.node));
  return Object.assign(widget, {
    renderModel: async (model: MimeModel) => draw(widget.node, model, mimeType),
  });
}
